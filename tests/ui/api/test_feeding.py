#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a clerk says while the feeder runs and of what came out of it: the next slot, a sheet fed
again, two sheets that belong together, order, undo over a restart, later entries, windows."""
import datetime
import json
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
from hall import ITEM, Hall, is_record, is_scan  # noqa: E402
from server import SECRET, Events, Server, run_tests  # noqa: E402

PATTERN = {"pattern": "numbered", "width_px": 400, "height_px": 560}


class Stack:
    """A scanner with a stack of numbered sheets of its own."""

    def __init__(self, folder, name, sheets, events=(), duplex=False):
        self.place = os.path.join(folder, name + ".place")
        self.path = os.path.join(folder, name + ".json")
        sheet = {"repeat": sheets, "front": PATTERN}
        if duplex:
            sheet["back"] = PATTERN
        script = {"story": name, "device": {"vendor": "t", "model": name, "serial": name,
                                            "features": ["feeder", "duplex", "double-feed", "paper-present", "stop"]},
                  "place": os.path.basename(self.place), "sheets": [sheet], "events": list(events)}
        with open(self.path, "w", encoding="utf-8") as file:
            json.dump(script, file)

    @property
    def name(self):
        return "script:" + self.path

    def fill(self):
        if os.path.exists(self.place):
            os.unlink(self.place)


class Feeding(Hall):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)
        cls.folder = cls.server.pages("session", "--item", ITEM, "--dpi", "100", "--hardness", "0", "--format", "jpg")
        folder = cls.server.folder.name
        cls.stacks = {
            "jam": Stack(folder, "jam", 5, [{"at": 3, "do": "jam"}]),
            "double": Stack(folder, "double", 4, [{"at": 3, "do": "double-feed", "times": 9}]),
            "plain": Stack(folder, "plain", 1),
            "duplex": Stack(folder, "duplex", 2, [{"at": 2, "do": "jam"}], duplex=True),
        }
        options = [part for stack in cls.stacks.values() for part in ("--device", stack.name)]
        cls.server.start(*options)
        cls.people = cls.server.people(cls.server.first_run())
        cls.clerk = cls.people["clerk"]
        cls.archivist = cls.people["archivist"]

    def feed(self, stack, **body):
        """Starts a stack; the scan and the stream that follows it."""
        self.stacks[stack].fill()
        events = Events(self.clerk)
        events.wait(lambda kind, _: kind == "hello", "hello")
        scan = self.clerk.want(201, "POST", "/scans", {
            "device": self.stacks[stack].name, "dpi": 200, "mode": "gray", **body}).json
        return scan["id"], events

    def say(self, batch, act, want=200, **members):
        return self.clerk.want(want, "POST", f"/scans/{batch}/acts", {"act": act, **members})

    def slots(self, number):
        """Sheet → slot of the sides in use."""
        return {side["sheet"]: side["slot"] for side in self.case(number)["sides"] if side["state"] != "void"}

    def test_the_next_slot_holds_from_the_next_sheet_on(self):
        number = self.receive("下一份")
        self.act(number, "open-slot", slot="A01")
        batch, events = self.feed("jam", case=number)
        events.wait(is_scan("fault"), "the jam")
        self.say(batch, "next")
        self.say(batch, "continue")
        events.wait(is_scan("done"), "the end")
        events.close()
        self.assertEqual(self.slots(number), {1: "A01", 2: "A01", 3: "A02", 4: "A02", 5: "A02"})
        self.assertEqual(self.case(number)["open_slot"], "A02")
        self.say(batch, "next", want=409)

    def test_the_same_slot_begins_another_document_of_it(self):
        number = self.receive("同类")
        self.act(number, "open-slot", slot="A03")
        batch, events = self.feed("jam", case=number)
        events.wait(is_scan("fault"), "the jam")
        self.act(number, "same-slot")
        self.say(batch, "continue")
        events.wait(is_scan("done"), "the end")
        events.close()
        sides = self.case(number)["sides"]
        self.assertEqual({side["slot"] for side in sides}, {"A03"})
        self.assertEqual([side["document"] for side in sides], [1, 1, 2, 2, 2])

    def test_paper_without_a_case_takes_commands_too(self):
        batch, events = self.feed("jam")
        events.wait(is_scan("fault"), "the jam")
        self.say(batch, "same")
        self.say(batch, "rescan", side=f"{batch}-1-a", want=422)
        self.say(batch, "stop")
        events.wait(is_scan("stopped"), "the stop")
        events.close()

    def test_two_sheets_that_belong_together_are_kept(self):
        number = self.receive("照片")
        batch, events = self.feed("double", case=number)
        _, data = events.wait(is_scan("fault"), "the double feed")
        self.assertEqual(data["fault"]["code"], "double-feed")
        self.say(batch, "continue")
        events.wait(is_scan("running"), "the second try")
        events.wait(is_scan("fault"), "the sensor sees it again")
        self.say(batch, "keep")
        events.wait(is_scan("done"), "the end")
        events.close()
        self.assertEqual(sorted(self.slots(number)), [1, 2, 3, 4])
        self.assertTrue(self.case(number)["counts"]["even"])
        self.say(batch, "keep", want=409)

    def test_a_device_tells_how_many_sheets_it_fed_today(self):
        def fed():
            return next(one["today"] for one in self.clerk.want(200, "GET", "/devices").json["devices"]
                        if one["name"] == self.stacks["plain"].name)

        before = fed()
        _, events = self.feed("plain", case=self.receive("张数"))
        events.wait(is_scan("done"), "the end")
        self.assertEqual(fed(), before + 1)

    def test_keep_is_for_double_feeds_alone(self):
        number = self.receive("卡纸")
        batch, events = self.feed("jam", case=number)
        events.wait(is_scan("fault"), "the jam")
        self.say(batch, "keep", want=409)
        self.say(batch, "stop")
        events.wait(is_scan("stopped"), "the stop")
        events.close()

    def test_a_sheet_fed_again_takes_the_place_of_the_first(self):
        number = self.receive("重扫")
        self.act(number, "open-slot", slot="A01")
        batch, events = self.feed("jam", case=number)
        events.wait(is_scan("fault"), "the jam")
        old = f"{batch}-1-a"
        self.say(batch, "rescan", side=old)
        self.say(batch, "rescan", want=422)
        self.say(batch, "rescan", side="999999-1-a", want=404)
        self.say(batch, "continue")
        events.wait(is_scan("done"), "the end")
        events.close()
        sides = {side["id"]: side for side in self.case(number)["sides"]}
        self.assertEqual((sides[old]["state"], sides[old]["reason"]), ("void", "重扫"))
        order = [side["sheet"] for side in self.case(number)["sides"] if side["state"] != "void"]
        self.assertEqual(order, [3, 2, 4, 5])
        self.assertNotIn("void", (self.case(number)["undo"] or ""))

    def test_a_new_scan_may_replace_a_sheet_with_both_its_sides(self):
        number = self.receive("重扫双面")
        self.act(number, "open-slot", slot="A01")
        batch, events = self.feed("duplex", case=number, duplex=True)
        events.wait(is_scan("fault"), "the jam")
        self.say(batch, "continue")
        events.wait(is_scan("done"), "the end")
        again, more = self.feed("duplex", case=number, duplex=True, replaces=f"{batch}-1-b")
        more.wait(is_scan("fault"), "the jam")
        self.say(again, "stop")
        more.wait(is_scan("stopped"), "the stop")
        events.close()
        more.close()
        used = [side["id"] for side in self.case(number)["sides"] if side["state"] != "void"]
        self.assertEqual(used, [f"{again}-1-a", f"{again}-1-b", f"{batch}-2-a", f"{batch}-2-b"])
        other = self.receive("别人")
        self.clerk.want(422, "POST", "/scans", {"device": self.stacks["plain"].name, "case": other,
                                                "replaces": f"{batch}-2-a"})

    def test_events_carry_the_facts_that_screens_word_themselves(self):
        number = self.receive("事实")
        events = Events(self.clerk, after=self.clerk.want(200, "GET", "/status").json["seq"])
        self.act(number, "tick", slot="A01", tick="seal")
        _, data = events.wait(is_record("slot"), "the tick")
        self.assertEqual(data["facts"], {"slot": "A01", "what": "tick:seal", "value": "yes"})
        self.act(number, "slot", slot="A02", state="exempt", reason="张三的执照")
        _, data = events.wait(is_record("slot"), "the exemption")
        self.assertEqual(data["facts"], {"slot": "A02", "what": "exempt"})
        self.act(number, "undo")
        _, data = events.wait(is_record("slot"), "the undo")
        self.assertIn("undoes", data["facts"])
        self.act(number, "withdraw", reason="张三不办了")
        _, data = events.wait(is_record("case.step"), "the step")
        self.assertEqual((data["facts"]["step"], data["facts"]["state"]), ("withdraw", "withdrawn"))
        events.close()
        self.assertNotIn("张三", json.dumps(events.seen, ensure_ascii=False))


class Edits(Hall):
    def three_sides(self, slot="A01"):
        number = self.receive("页序")
        page = os.path.join(self.folder, "sides", "0002-1.jpg")
        sides, target = [], {"slot": slot}
        for _ in range(3):
            side = self.clerk.upload(number, page, "image/jpeg").json["sides"][0]["id"]
            case = self.edit(side, "move", **target).json["case"]
            target = {"document": case["sides"][-1]["document"]}
            sides.append(side)
        return number, sides

    def edit(self, side, act, want=200, **members):
        return self.clerk.want(want, "POST", f"/sides/{side}/acts", {"act": act, **members})

    def order(self, number):
        return [side["id"] for side in self.case(number)["sides"]]

    def test_a_side_is_put_behind_another_and_back(self):
        number, (one, two, three) = self.three_sides()
        self.edit(three, "order", after=None)
        self.assertEqual(self.order(number), [three, one, two])
        self.edit(three, "order", after=one)
        self.assertEqual(self.order(number), [one, three, two])
        self.edit(three, "order", after=one, want=409)
        self.edit(three, "order", after=three, want=422)
        self.edit(three, "order", want=422)
        self.act(number, "undo")
        self.act(number, "undo")
        self.assertEqual(self.order(number), [one, two, three])
        self.act(number, "redo")
        self.assertEqual(self.order(number), [three, one, two])

    def test_undo_and_redo_outlive_a_restart(self):
        number, (one, _, _) = self.three_sides()
        self.edit(one, "turn", turn=90)
        self.act(number, "tick", slot="A01", tick="seal")
        self.act(number, "undo")
        before = self.case(number)
        self.assertTrue(before["undo"] and before["redo"])
        self.server.stop()
        self.server.start("--device", self.device)
        for client in self.people.values():
            client.server = self.server
        self.assertEqual(self.case(number), before)
        ticked = self.act(number, "redo").json["case"]
        self.assertIsNone(ticked["redo"])
        self.act(number, "redo", want=409)
        self.act(number, "undo")
        turned = self.act(number, "undo").json["case"]
        self.assertEqual(turned["sides"][0]["turn"], 0)
        self.edit(one, "turn", turn=180)
        self.assertIsNone(self.case(number)["redo"])

    def test_a_side_that_is_not_blank_gets_its_page_number(self):
        number = self.receive("空白")
        blank = os.path.join(self.server.folder.name, "blank.png")
        write_png(blank, 400, 560)
        side = self.clerk.upload(number, blank, "image/png").json["sides"][0]
        self.assertTrue(side["blank"])
        self.edit(side["id"], "move", slot="A01")
        case = self.edit(side["id"], "not-blank").json["case"]
        self.assertEqual((case["sides"][0]["blank"], case["sides"][0]["page"]), (False, 1))
        self.edit(side["id"], "not-blank", want=409)
        self.act(number, "undo")
        self.assertTrue(self.case(number)["sides"][0]["blank"])
        self.server.run("rebuild")
        self.assertTrue(self.case(number)["sides"][0]["blank"])

    def test_a_hold_is_for_the_supervisor_and_ends_with_a_reason(self):
        number = self.receive("冻结")
        self.act(number, "hold", want=403, reason="诉讼")
        supervisor = self.people["supervisor"]
        self.act(number, "hold", who=supervisor, want=422)
        self.assertTrue(self.act(number, "hold", who=supervisor, reason="诉讼").json["case"]["held"])
        self.assertEqual(self.case(number)["held"], True)
        self.assertFalse(self.act(number, "hold", who=supervisor, reason="结案", done=False).json["case"]["held"])
        self.act(number, "hold", who=supervisor, want=409, reason="结案", done=False)


class Counter(Hall):
    def second(self):
        return {"who": "000013", "secret": SECRET}

    def open(self, want, **members):
        return self.clerk.want(want, "POST", "/cases", {"item": ITEM, "applicant": "补登水务", **members})

    def test_a_later_entry_needs_a_reason_and_a_second_person(self):
        yesterday = (datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        tomorrow = (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        self.open(422, received_at=yesterday, second=self.second())
        self.assertEqual(self.open(403, received_at=yesterday, reason="停电").json["code"], "second-person")
        self.open(422, received_at=tomorrow, reason="停电", second=self.second())
        self.open(422, received_at="yesterday", reason="停电", second=self.second())
        case = self.open(201, received_at=yesterday, reason="停电", second=self.second()).json
        self.assertEqual(case["received_at"], yesterday)
        self.assertGreater(case["recorded_at"], yesterday)

    def test_a_label_printed_before_gives_its_number_once(self):
        number = self.receive("样号")
        body = number[:18] + "0777"
        value = int(body) * 100
        label = body + f"{98 - value % 97:02d}"
        self.assertEqual(self.open(201, number=label).json["number"], label)
        self.open(409, number=label)
        self.open(422, number="1" * 24)
        after = self.receive("后一号")
        self.assertEqual(after[18:22], "0778")

    def test_the_window_stays_with_the_browser_and_the_post_with_the_session(self):
        clerk = self.people["clerk"]
        session = clerk.want(200, "GET", "/session").json
        self.assertEqual((session["window"], session["post"]), ("001", "A"))
        answer = clerk.want(200, "PATCH", "/session", {"window": "003", "post": "B"})
        self.assertEqual((answer.json["window"], answer.json["post"]), ("003", "B"))
        seat = answer.headers["Set-Cookie"].split(";")[0]
        self.assertIn("HttpOnly", answer.headers["Set-Cookie"])
        clerk.want(422, "PATCH", "/session", {"window": "000"})
        clerk.want(422, "PATCH", "/session", {"window": "3"})
        both = {"Cookie": f"{clerk.cookie}; {seat}"}
        case = clerk.want(201, "POST", "/cases", {"item": ITEM, "applicant": "三号窗口"}, headers=both).json
        self.assertEqual((case["window"], case["number"][15:18]), ("003", "003"))
        mine = clerk.want(200, "GET", "/cases?mine=true", headers=both).json["cases"]
        self.assertEqual([row["number"] for row in mine], [case["number"]])
        events = clerk.want(200, "GET", f"/cases/{case['number']}/timeline", headers=both).json["events"]
        self.assertEqual({event["station"] for event in events}, {"window:003"})


def write_png(path, width, height):
    import struct
    import zlib

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = zlib.compress((b"\0" + b"\xff" * width) * height)
    with open(path, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)) +
                   chunk(b"pHYs", struct.pack(">IIB", 3937, 3937, 1)) + chunk(b"IDAT", rows) + chunk(b"IEND", b""))


if __name__ == "__main__":
    run_tests()
