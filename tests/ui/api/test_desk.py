#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a window does beside the straight way: codes that are read, the tray, what a person says of a
slot, sides that are moved, and bundles chosen by period or archive number."""
import datetime
import os
import subprocess
import sys
import urllib.parse

sys.path[:0] = [os.path.dirname(__file__), os.path.join(os.path.dirname(__file__), "..", "cli")]
from hall import ITEM, Hall  # noqa: E402
from server import PROGRAM, SECRET, SOURCE, Client, Events, run_tests  # noqa: E402
from test_keep import page_png  # noqa: E402

CHANGE = "100007"  # asks questions, has fields, and a slot that a promise stands in for


def checked(digits):
    """With its two check digits, ISO/IEC 7064 MOD 97-10."""
    return f"{digits}{98 - int(digits) * 100 % 97:02}"


def quoted(text):
    return urllib.parse.quote(text, safe="")


class Desk(Hall):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.page = os.path.join(cls.folder, "sides", "0002-1.jpg")

    def change(self, applicant="昆山某某有限公司"):
        return self.clerk.want(201, "POST", "/cases", {"item": CHANGE, "applicant": applicant}).json["number"]

    def side(self, number, **move):
        side = self.clerk.upload(number, self.page, "image/jpeg").json["sides"][0]["id"]
        if move:
            self.edit(side, "move", **move)
        return side

    def edit(self, side, act, want=200, **members):
        return self.clerk.want(want, "POST", f"/sides/{side}/acts", {"act": act, **members}).json

    def slot(self, number, code):
        return next(one for one in self.case(number)["check"]["slots"] if one["code"] == code)

    def found(self, code):
        return self.clerk.want(200, "GET", f"/find?q={quoted(code)}").json


class Codes(Desk):
    def test_every_kind_of_code_says_what_it_is(self):
        number = self.receive("找一找")
        document = checked("94" + number[:22] + "0031")
        found = self.found(document)
        self.assertEqual((found["kind"], found["document"], found["copy"]), ("document", 3, 1))
        self.assertEqual([case["number"] for case in found["cases"]], [number])
        self.assertEqual(self.found(number)["cases"][0]["number"], number)
        self.assertEqual(self.found(checked("96" + "00000017"))["box"], "00000017")
        self.assertEqual(self.found(checked("99" + "0500"))["command"], "05")
        slot = self.found(checked("98" + CHANGE + "1003" + "000042" + "0109"))
        self.assertEqual((slot["kind"], slot["slot"], slot["item"]["code"]), ("slot", "A03", CHANGE))
        card = self.found(checked("98" + CHANGE + "0000" + "000000" + "0101"))
        self.assertEqual((card["kind"], card["item"]["name"]), ("item", "营业执照变更登记"))
        self.assertNotIn("slot", card)
        self.assertEqual(self.found(checked("98" + "777777" + "0000" + "000000" + "0101"))["kind"], "nothing")
        self.assertEqual(self.found(checked("97000012"))["kind"], "person")

    def test_a_slip_of_the_pen_and_what_is_no_case_are_told_apart(self):
        number = self.receive("找一找")
        slip = number[:-2] + f"{(int(number[-2:]) + 1) % 100:02}"
        self.assertEqual(self.clerk.get(f"/find?q={slip}").json["code"], "check-digits")
        nobody = checked(number[:18] + "9999")
        self.assertEqual(self.found(nobody)["kind"], "nothing")
        self.clerk.want(422, "GET", "/find?q=")

    def test_the_sheet_of_a_day_is_held_against_the_journal(self):
        self.receive("日清单")
        supervisor = self.people["supervisor"]
        day = supervisor.want(200, "GET", "/day").json["date"]
        short = day[2:4] + day[5:7] + day[8:10]
        hall = self.clerk.want(200, "GET", "/cases?limit=1").json["cases"][0]["number"][6:9]
        unknown = self.found(checked("95" + short + hall + "001" + "12345678"))
        self.assertEqual((unknown["kind"], unknown["day"]["same"], unknown["day"]["date"]), ("day", False, day))
        self.assertIn("no close", unknown["day"]["text"])
        self.people["admin"].want(201, "POST", "/users", {
            "number": "000078", "name": "另一督办", "roles": ["supervisor"], "secret": SECRET})
        done = supervisor.want(200, "POST", "/day/close", {
            "date": day, "again": True, "second": {"who": "000078", "secret": SECRET}}).json["day"]
        told = self.found(done["code"])["day"]
        self.assertEqual((told["same"], told["date"]), (True, day))
        wrong = f"{(int(done['code'][14:22]) + 1) % 10**8:08}"
        self.assertFalse(self.found(checked(done["code"][:14] + wrong))["day"]["same"])
        other = f"{int(hall) + 1:03}"
        self.assertIn("another hall", self.found(checked(done["code"][:8] + other + done["code"][11:22]))["day"]["text"])


class Window(Desk):
    def waiting(self):
        """A stack of two pages that name no case."""
        folder = os.path.join(self.server.folder.name, "tray")
        os.mkdir(folder)
        for at in (1, 2):
            with open(os.path.join(folder, f"{at}.png"), "wb") as file:
                file.write(page_png(width=640 + at))
        subprocess.run([PROGRAM, "scan", "--data", self.server.data, "--from", folder], check=False,
                       capture_output=True)
        return self.clerk.want(200, "GET", "/tray").json["stacks"][-1]

    def test_pages_of_the_tray_are_given_to_a_case(self):
        stack = self.waiting()
        ids = [side["id"] for side in stack["sides"]]
        self.assertTrue(stack["reason"])
        self.assertEqual(len(ids), 2)
        self.clerk.want(200, "GET", f"/sides/{ids[0]}/full")
        self.assertEqual(self.people["archivist"].get(f"/sides/{ids[0]}/full").json["code"], "forbidden")
        self.assertEqual(self.clerk.post(f"/sides/{ids[0]}/acts", {"act": "good"}).json["code"], "wrong-state")
        self.edit(ids[0], "move", want=409, slot="A01")
        number = self.change("待归件")
        place = f"/tray/{stack['id']}/place"
        self.clerk.want(404, "POST", place, {"case": number, "sides": ["999-1-a"]})
        done = self.clerk.want(200, "POST", place, {"case": number, "sides": ids[:1]}).json
        self.assertEqual([(side["id"], side["slot"]) for side in done["case"]["sides"]], [(ids[0], "A01")])
        self.clerk.want(200, "POST", place, {"case": number, "slot": "A02"})
        self.assertNotIn(stack["id"], [one["id"] for one in self.clerk.want(200, "GET", "/tray").json["stacks"]])
        self.clerk.want(404, "POST", place, {"case": number, "slot": "A01"})

    def test_questions_and_fields_are_answered(self):
        number = self.change()
        self.act(number, "answer", question="name-change", done=True)
        self.assertNotEqual(self.slot(number, "A07")["state"], "na")
        self.act(number, "answer", question="name-change", done=False)
        self.assertEqual(self.slot(number, "A07")["state"], "na")
        self.act(number, "answer", question="weather", done=True, want=422)
        self.act(number, "answer", question="agent", want=422)
        self.act(number, "field", field="uscc", value="91320583MA1ABCD2XM")
        fields = self.case(number)["fields"]
        self.assertIn("91320583MA1ABCD2XM", str(fields))
        self.act(number, "field", field="weather", value="rain", want=422)
        self.act(number, "field", field="uscc", want=422)

    def test_what_a_person_decides_of_a_slot_is_taken_back_again(self):
        number = self.change()
        self.act(number, "answer", question="name-change", done=True)
        self.act(number, "answer", question="legal-change", done=True)
        missing = self.slot(number, "A07")["state"]
        tomorrow = (datetime.date.today() + datetime.timedelta(days=5)).isoformat()
        self.act(number, "slot", slot="A07", state="later", want=422)
        self.act(number, "slot", slot="A07", state="later", until=tomorrow)
        self.assertEqual(self.slot(number, "A07")["state"], "later")
        self.act(number, "slot", slot="A07", state="none")
        self.assertEqual(self.slot(number, "A07")["state"], missing)
        self.act(number, "slot", slot="A06", state="exempt", want=422)
        self.act(number, "slot", slot="A06", state="exempt", reason="电子证照 1.2.156")
        self.assertEqual(self.slot(number, "A06")["state"], "person")  # a verification is somebody's
        self.act(number, "slot", slot="A06", state="none")
        self.assertEqual(self.slot(number, "A06")["state"], "missing")
        self.act(number, "slot", slot="A01", state="na", want=409)
        self.act(number, "slot", slot="A01", want=422)
        self.act(number, "slot", slot="A03", issued="2026-01-05", originals=2)
        self.act(number, "tick", slot="A06", want=422)

    def test_a_paper_that_does_not_fit_a_scanner_is_said_to_be_there(self):
        number = self.receive()
        side = self.side(number, slot="A05")
        self.edit(side, "void", reason="大幅图纸")
        self.assertEqual(self.slot(number, "A05")["state"], "wrong")
        self.act(number, "slot", slot="A05", state="present", reason="大幅图纸")
        self.assertEqual(self.slot(number, "A05")["state"], "complete")
        self.act(number, "slot", slot="A05", state="none")
        self.assertEqual(self.slot(number, "A05")["state"], "wrong")

    def test_a_promise_issues_the_paper_that_stands_in(self):
        number = self.change()
        self.act(number, "answer", question="address-change", done=True)
        before = len(self.case(number)["documents"])
        self.act(number, "slot", slot="A01", state="promised", want=409)
        self.act(number, "slot", slot="A05", state="promised")
        self.assertEqual(self.slot(number, "A05")["state"], "person")  # issued is not signed
        papers = self.case(number)["documents"][before:]
        self.assertEqual([paper["title"] for paper in papers], ["告知承诺书"])
        self.act(number, "slot", slot="A05", state="none")
        self.assertEqual(self.slot(number, "A05")["state"], "missing")

    def test_sheets_that_go_back_are_counted(self):
        number = self.change()
        self.side(number, slot="A01")
        self.act(number, "sheets-out", want=422)
        self.act(number, "sheets-out", sheets=1)
        counts = self.case(number)["counts"]
        self.assertEqual((counts["sheets_out"], counts["even"]), (1, True))
        self.act(number, "sheets-out", sheets=0)
        self.assertFalse(self.case(number)["counts"]["even"])

    def test_steps_say_what_they_need(self):
        number = self.receive("缺项")
        self.act(number, "supplement", want=409)
        self.clerk.want(422, "POST", f"/cases/{number}/acts", {"act": "decide"})
        self.act(number, "pause", reason="hearing", want=409)
        self.act(number, "hand-up", until="2026-02-30", want=422)
        self.act(number, "same-slot", want=409)

    def test_a_side_begins_a_document_of_its_own(self):
        number = self.change()
        first, second = self.side(number, slot="A01"), self.side(number)
        document = next(one["document"] for one in self.case(number)["sides"] if one["id"] == first)
        self.edit(second, "move", document=document)
        sides = self.edit(second, "split")["case"]["sides"]
        at = {one["id"]: (one["document"], one["slot"]) for one in sides}
        self.assertEqual(at[first], (document, "A01"))
        self.assertEqual(at[second][1], "A01")
        self.assertNotEqual(at[second][0], document)
        loose = self.side(number)
        self.edit(loose, "split", want=409)
        self.edit(loose, "turn", want=422)
        self.edit(loose, "move", want=422)
        self.edit(loose, "move", slot="A01", document=document, want=422)

    def test_a_side_that_lies_across_is_shown_upright(self):
        number = self.change()
        side = self.side(number, slot="A01")
        self.edit(side, "turn", turn=90)
        for view in ("thumbnail", "view", "full"):
            self.assertTrue(self.clerk.want(200, "GET", f"/sides/{side}/{view}").body)

    def test_lists_and_timelines_go_on_where_they_ended(self):
        numbers = {self.receive(f"翻页{at}") for at in range(3)}
        seen, cursor = [], ""
        while cursor is not None:
            page = self.clerk.want(200, "GET", f"/cases?limit=2{cursor}").json
            seen += [case["number"] for case in page["cases"]]
            cursor = f"&cursor={page['next']}" if page["next"] else None
        self.assertEqual(len(seen), len(set(seen)))
        self.assertLessEqual(numbers, set(seen))
        number = seen[0]
        whole = self.clerk.want(200, "GET", f"/cases/{number}/timeline").json["events"]
        first = self.clerk.want(200, "GET", f"/cases/{number}/timeline?limit=1").json
        rest = self.clerk.want(200, "GET", f"/cases/{number}/timeline?limit=50&cursor={first['next']}").json
        self.assertEqual(len(first["events"] + rest["events"]), len(whole))

    def test_cases_are_listed_by_the_name_of_their_kind(self):
        number = self.receive("按件类")
        kind = self.case(number)["kind"]
        listed = [case["number"] for case in self.clerk.want(200, "GET", f"/cases?kind={quoted(kind)}&limit=200").json["cases"]]
        self.assertIn(number, listed)
        self.assertNotIn(self.change(), listed)

    def test_a_day_of_receipt_must_be_an_instant(self):
        for at in ("2026-02-30T10:00:00Z", "yesterday"):
            self.clerk.want(422, "POST", "/cases", {"item": ITEM, "applicant": "补登", "received_at": at, "reason": "停电"})

    def test_a_scanner_is_tried_by_its_name(self):
        told = self.people["admin"].want(200, "POST", f"/devices/{quoted(self.device)}/test", {}).json
        self.assertTrue(told["good"], told)
        self.clerk.want(404, "POST", f"/devices/{quoted('escl:http://127.0.0.1:1')}/test", {})

    def test_a_clerk_signs_off(self):
        clerk = Client(self.server).sign_on("000010")
        gone = clerk.want(204, "DELETE", "/session")
        self.assertIn("cache", gone.headers["Clear-Site-Data"])
        clerk.want(401, "GET", "/session")

    def test_an_administrator_brings_an_item_and_a_calendar(self):
        admin = self.people["admin"]
        data = os.path.join(SOURCE, "appliance", "casework", "data")
        with open(os.path.join(data, "item-relief.json"), "rb") as file:
            text = file.read().decode()
        shown = admin.want(201, "POST", "/items", text.replace('"from": "2026-01-01"', '"from": "2026-02-01"').encode(),
                           headers={"Content-Type": "application/json"}).json
        self.assertIn(shown["code"], text)
        with open(os.path.join(data, "holidays.csv"), "rb") as file:
            years = admin.want(200, "PUT", "/calendar", file.read(), headers={"Content-Type": "text/csv"}).json
        self.assertTrue(years)
        self.assertEqual(admin.want(200, "GET", "/calendar").json, years)
        admin.want(422, "PUT", "/calendar", b"date,kind,name,source\n2026-13-01,x,y,z\n", headers={"Content-Type": "text/csv"})

    def test_an_event_stream_begins_at_a_sequence(self):
        self.clerk.want(422, "GET", "/events?after=yesterday")

    def filed(self):
        number = self.change("归档单位")
        self.act(number, "withdraw", reason="不再办理")
        self.act(number, "file", who=self.archivist)
        return number

    def export(self, want=202, **members):
        body = {"format": "bag-tar", "destination": "exports", **members}
        return self.archivist.want(want, "POST", "/exports", body).json

    def ended(self, job):
        events = Events(self.archivist)
        events.wait(lambda kind, _: kind == "hello", "hello")
        state = self.archivist.want(200, "GET", f"/exports/{job['id']}").json
        if state["state"] == "running":
            events.wait(lambda kind, data: kind == "export" and data["id"] == job["id"] and
                        data["state"] != "running", "the end of the export")
        events.close()
        return self.archivist.want(200, "GET", f"/exports/{job['id']}").json

    def test_cases_that_may_not_be_filed_say_why(self):
        number = self.change("待归档")
        torn = os.path.join(self.server.folder.name, "torn-filing.png")
        with open(torn, "wb") as file:
            file.write(page_png()[:1500])
        side = self.clerk.upload(number, torn, "image/png").json["sides"][0]["id"]
        self.edit(side, "move", slot="A01")
        self.act(number, "withdraw", reason="不再办理")
        blocked = {row["case"]["number"]: row["reasons"] for row in
                   self.archivist.want(200, "GET", "/fileable").json["blocked"]}
        self.assertTrue(blocked[number])
        self.assertTrue(all(isinstance(reason, str) and reason for reason in blocked[number]))

    def test_bundles_are_chosen_by_period_or_archive_number(self):
        number = self.filed()
        archive_number = self.case(number, self.archivist)["archive_number"]
        done = self.ended(self.export(archive_number=archive_number))
        self.assertEqual((done["state"], done["cases"]), ("done", 1))
        today = self.people["supervisor"].want(200, "GET", "/day").json["date"]
        done = self.ended(self.export(**{"from": today, "to": today}))
        self.assertEqual(done["state"], "done")
        self.assertGreaterEqual(done["cases"], 1)
        self.export(want=422)
        self.export(want=422, cases=[number], archive_number=archive_number)
        self.export(want=404, archive_number="NONE*")
        self.export(want=404, cases=[checked(number[:18] + "9999")])
        self.export(want=422, **{"from": "2026-02-30", "to": today})
        page = self.archivist.want(200, "GET", "/exports?limit=1").json
        self.assertTrue(page["next"])
        self.assertEqual(len(self.archivist.want(200, "GET", f"/exports?limit=1&cursor={page['next']}").json["exports"]), 1)

    def test_a_bundle_that_is_done_is_received_and_not_cancelled(self):
        done = self.ended(self.export(cases=[self.filed()]))
        acts = f"/exports/{done['id']}/acts"
        self.archivist.want(409, "POST", acts, {"act": "cancel"})
        self.archivist.want(422, "POST", acts, {"act": "received", "by": ""})
        received = self.archivist.want(200, "POST", acts, {"act": "received", "by": "市档案馆"}).json
        again = self.archivist.want(200, "GET", f"/exports/{received['id']}").json
        self.assertEqual(again["receipt"]["by"], "市档案馆")
        self.archivist.want(404, "GET", "/exports/b-99999")

    def test_findings_name_their_case_and_the_report_waits_for_the_end(self):
        number = self.receive("未读出")
        torn = os.path.join(self.server.folder.name, "torn.png")
        with open(torn, "wb") as file:
            file.write(page_png()[:1500])
        self.assertEqual(self.clerk.upload(number, torn, "image/png").status, 201)
        auditor = self.people["auditor"]
        day = self.clerk.want(200, "GET", "/day").json["date"]
        events = Events(auditor)
        events.wait(lambda kind, _: kind == "hello", "hello")
        job = auditor.want(202, "POST", "/audits", {"from": day, "to": day, "level": "quick"}).json
        events.wait(lambda kind, data: kind == "audit" and data["id"] == job["id"] and
                    data["state"] != "running", "the end of the audit")
        events.close()
        audit = auditor.want(200, "GET", f"/audits/{job['id']}").json
        found = {finding["code"]: finding for finding in audit["findings"]}
        self.assertEqual(found["unread"]["case"], number)
        self.assertRegex(found["unread"]["side"], r"^\d+-\d+-a$")
        self.assertFalse(audit["complete"])
        auditor.want(422, "POST", "/audits", {"from": day, "to": "2020-01-01"})
        auditor.want(404, "GET", "/audits/none/report")


if __name__ == "__main__":
    run_tests()
