#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The day of a hall against a real daemon: paper from a scripted scanner, every role, two screens,
and the command line beside it. Nothing sleeps: everything waits for a condition with a deadline."""
import concurrent.futures
import hashlib
import json
import os
import re
import subprocess
import sys
import tarfile
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
from hall import ITEM, Hall, is_record, is_scan  # noqa: E402
from server import PATIENCE_S, PROGRAM, ROLES, SECRET, SOURCE, Client, Events, run_tests  # noqa: E402


class Day(Hall):
    def test_a_case_goes_from_paper_to_a_bundle_that_verifies(self):
        number = self.receive()
        _, seen = self.scan(number)
        told = [data["side"] for kind, _, data in seen if kind == "record" and data["act"] == "side"]
        self.assertIn(None, told, "separators are no pages")
        sides = [side["id"] for side in told if side]
        self.assertEqual(len(sides), len(set(sides)))
        self.assertGreater(len(sides), 8)
        stored = [side["id"] for side in self.case(number)["sides"]]
        self.assertEqual(set(stored), set(sides))
        image = self.clerk.want(200, "GET", f"/sides/{stored[0]}/thumbnail")
        self.assertEqual(image.body[:2], b"\xff\xd8")
        self.assertIn("no-store", image.headers["Cache-Control"])

        for line in self.case(number)["check"]["slots"]:
            if line["need"] == "conditional":
                self.act(number, "slot", slot=line["code"], state="na")
            for tick in line["ticks"]:
                self.act(number, "tick", slot=line["code"], tick=tick["tick"])
        preview = self.clerk.want(200, "GET", f"/cases/{number}/preview?kind=supplement")
        self.assertEqual((preview.body[:5], preview.headers["Content-Type"]), (b"%PDF-", "application/pdf"))
        self.clerk.want(422, "GET", f"/cases/{number}/preview?kind=letter")
        self.clerk.want(422, "GET", f"/cases/{number}/preview")
        paper = self.clerk.want(201, "POST", f"/cases/{number}/notices", {"kind": "supplement"}).json
        self.assertIn("〕1号", paper["paper_number"])
        pdf = self.clerk.want(200, "GET", paper["pdf"].removeprefix("/api/v1"))
        self.assertEqual(pdf.body[:5], b"%PDF-")
        self.act(number, "supplement", told="signed")
        self.assertEqual(self.case(number)["state"], "supplement")

        self.complete(number)
        receipt = self.clerk.want(201, "POST", f"/cases/{number}/receipt", {}).json
        self.assertEqual(receipt["reprint"], 0)
        self.act(number, "finish")
        self.assertTrue(self.case(number)["finished"])
        self.assertEqual(self.act(number, "accept", want=403).json["code"], "second-person")
        for act, state in (("accept", "accepted"), ("decide", "decided"), ("deliver", "delivered")):
            more = {"accept": {"second": {"who": "000013", "secret": SECRET}},
                    "decide": {"decision": "granted"}}.get(act, {})
            done = self.act(number, act, **more).json
            self.assertEqual(done["case"]["state"], state)
        self.file_and_export(number)

    def file_and_export(self, number):
        fileable = self.archivist.want(200, "GET", "/fileable").json
        self.assertIn(number, [row["number"] for row in fileable["ready"]], fileable["blocked"])
        self.act(number, "file", want=403)
        self.act(number, "file", who=self.archivist)
        filed = self.case(number, self.archivist)
        self.assertEqual(filed["state"], "filed")
        self.assertTrue(filed["masked"])
        self.assertTrue(filed["archive_number"])

        events = Events(self.archivist)
        events.wait(lambda kind, _: kind == "hello", "hello")
        job = self.archivist.want(202, "POST", "/exports", {
            "format": "bag-tar", "destination": "exports", "cases": [number]}).json
        events.wait(lambda kind, data: kind == "export" and data["id"] == job["id"] and
                    data["state"] != "running", "the end of the export")
        events.close()
        done = self.archivist.want(200, "GET", f"/exports/{job['id']}").json
        self.assertEqual(done["state"], "done", done)
        path = os.path.join(self.server.data, "exports", done["files"][0]["name"])
        self.assertTrue(tarfile.is_tarfile(path))
        verified = subprocess.run([PROGRAM, "verify", path], capture_output=True, text=True, check=False,
                                  timeout=PATIENCE_S)
        self.assertEqual((verified.returncode, verified.stdout.splitlines()[-1]), (0, "valid"))
        received = self.archivist.want(200, "POST", f"/exports/{job['id']}/acts",
                                       {"act": "received", "by": "市档案馆"}).json
        self.assertEqual(received["receipt"]["by"], "市档案馆")

    def test_an_audit_of_today_finds_everything(self):
        self.receive()
        auditor = self.people["auditor"]
        today = auditor.want(200, "GET", "/status").json["now"][:10]
        day = self.people["clerk"].want(200, "GET", "/day").json["date"]
        events = Events(auditor)
        events.wait(lambda kind, _: kind == "hello", "hello")
        job = auditor.want(202, "POST", "/audits", {
            "from": min(today, day), "to": max(today, day), "level": "full",
            "sample": {"percent": 50, "seed": "苹果 7"}}).json
        events.wait(lambda kind, data: kind == "audit" and data["id"] == job["id"] and
                    data["state"] != "running", "the end of the audit")
        events.close()
        audit = auditor.want(200, "GET", "/audits/latest").json
        self.assertEqual((audit["state"], audit["complete"], audit["findings"]), ("done", True, []))
        self.assertTrue(audit["journal"]["good"])
        self.assertEqual(audit["figures"]["gaps"], 0)
        self.assertEqual(audit["figures"]["unverified"], 0)
        report = auditor.want(200, "GET", f"/audits/{job['id']}/report")
        self.assertEqual(report.body[:5], b"%PDF-")

    def test_a_backup_is_made_and_its_restore_is_drilled(self):
        self.receive("备份测试")
        admin = self.people["admin"]
        events = Events(admin)
        events.wait(lambda kind, _: kind == "hello", "hello")
        admin.want(422, "POST", "/backups", {"destination": "/no/such/folder", "passphrase": "correct horse"})
        started = admin.want(202, "POST", "/backups", {"destination": "backups", "passphrase": "correct horse"}).json
        self.assertEqual(started["state"], "running")
        ended = lambda what: lambda kind, data: kind == what and data["state"] != "running"  # noqa: E731
        self.assertEqual(events.wait(ended("backup"), "the end of the backup")[1]["state"], "done")
        made = admin.want(200, "GET", "/backups").json["backups"][0]
        self.assertEqual((made["name"], made["state"], made["drill"]), (started["name"], "done", None))
        self.assertGreater(made["bytes"], 1000)
        admin.want(202, "POST", f"/backups/{made['name']}/drill", {"passphrase": "wrong horse"})
        self.assertEqual(events.wait(ended("drill"), "the end of the drill")[1]["state"], "failed")
        admin.want(202, "POST", f"/backups/{made['name']}/drill", {"passphrase": "correct horse"})
        self.assertEqual(events.wait(ended("drill"), "the end of the second drill")[1]["state"], "done")
        events.close()
        drilled = admin.want(200, "GET", "/backups").json["backups"][0]["drill"]
        self.assertTrue(drilled["good"], drilled)
        admin.want(404, "POST", "/backups/none/drill", {"passphrase": "correct horse"})
        self.clerk.want(403, "GET", "/backups")

    def test_rebuild_makes_the_same_rows_after_a_day_of_the_api(self):
        number = self.receive("王五")
        side = self.clerk.upload(number, os.path.join(self.folder, "sides", "0002-1.jpg"), "image/jpeg").json["sides"][0]["id"]
        self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "move", "slot": "A01"})
        self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "turn", "turn": 90})
        self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "void", "reason": "重复"})
        back = self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "restore"}).json["case"]["sides"][0]
        self.assertEqual((back["state"], back["turn"]), ("stored", 90))
        self.people["auditor"].want(204, "POST", f"/cases/{number}/look", {"reason": "other", "note": "抽查"})
        before = self.case(number)
        self.server.run("rebuild")
        self.assertEqual(self.case(number), before)

    def test_undo_brings_back_what_was_until_nothing_is_left(self):
        number = self.receive("撤销测试")
        page = os.path.join(self.folder, "sides", "0002-1.jpg")
        side = self.clerk.upload(number, page, "image/jpeg").json["sides"][0]["id"]
        self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "move", "slot": "A01"})
        before = self.case(number)
        self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "turn", "turn": 90})
        self.act(number, "tick", slot="A01", tick="seal")
        self.act(number, "open-slot", slot="A03")
        self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "move", "slot": "A02"})
        self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "void", "reason": "看错"})
        for _ in range(5):
            self.assertTrue(self.case(number)["undo"])
            self.act(number, "undo")
        after = self.case(number)
        for member in ("open_slot", "sides", "undo"):
            self.assertEqual(after[member], before[member], member)
        self.assertEqual(after["check"]["slots"][0], before["check"]["slots"][0])
        self.assertIsNone(self.act(number, "undo").json["case"]["sides"][0]["document"])
        self.act(number, "undo", want=409)

    def test_the_next_slot_is_the_next_that_lacks_something(self):
        number = self.receive("下一份")
        self.assertEqual(self.act(number, "next-slot").json["case"]["open_slot"], "A01")
        self.assertEqual(self.act(number, "next-slot").json["case"]["open_slot"], "A02")
        self.assertEqual(self.act(number, "same-slot").json["case"]["open_slot"], "A02")
        self.act(number, "open-slot", slot="Z99", want=422)

    def test_papers_are_where_they_were_last_said_to_be(self):
        number = self.receive("位置")
        self.assertIsNone(self.case(number)["place"])
        self.clerk.want(404, "POST", "/custody", {"place": "柜 2", "case": number})
        self.clerk.want(201, "POST", f"/cases/{number}/receipt", {})
        for place, box in (("window", None), ("柜 2", None), ("box", "00000017")):
            self.clerk.want(204, "POST", "/custody", dict({"place": place, "case": number}, **({"box": box} if box else {})))
        self.assertEqual(self.case(number)["place"], "00000017")
        papers = self.clerk.want(200, "GET", f"/cases/{number}/custody").json["papers"]
        self.assertEqual({(one["copy"], one["place"], one["where"]) for one in papers},
                         {(1, "box", "00000017"), (2, "box", "00000017")})
        # Whoever does not hold a paper has it handed over, and both sign.
        other = self.people["archivist"]
        self.assertEqual(other.post("/custody", {"place": "shelf", "case": number}).json["code"], "rule")
        self.clerk.want(204, "POST", "/custody", {"place": "shelf", "case": number, "second": {
            "who": "archivist", "secret": SECRET}})
        other.want(204, "POST", "/custody", {"place": "cabinet", "case": number})

    def second_supervisor(self):
        if not hasattr(Hall, "other_supervisor"):
            self.people["admin"].want(201, "POST", "/users", {
                "number": "000077", "name": "另一督办", "roles": ["supervisor"], "secret": SECRET})
            Hall.other_supervisor = "000077"
        return Hall.other_supervisor

    def test_what_a_printer_does_not_take_waits_and_is_shown(self):
        number = self.receive("打印")
        admin = self.people["admin"]
        self.assertEqual(self.clerk.want(200, "GET", "/status").json["printer"]["light"], "off")
        admin.want(422, "PUT", "/printer", {"printer": "lpt1"})
        admin.want(204, "PUT", "/printer", {"printer": "escpos:tcp:127.0.0.1:1"})
        try:
            paper = self.clerk.want(201, "POST", f"/cases/{number}/receipt", {}).json
            self.assertFalse(paper["printed"])
            self.assertEqual((paper["problem"]["code"], paper["problem"]["detail"]), ("printer", "offline"))
            self.assertEqual(self.clerk.want(200, "GET", "/status").json["printer"]["light"], "needs-you")
            device = [one for one in self.clerk.want(200, "GET", "/devices").json["devices"] if one["kind"] == "printer"]
            self.assertEqual([one["light"] for one in device], ["needs-you"])
            job = self.clerk.want(200, "POST", "/prints", {"act": "resume"}).json["jobs"][-1]
            self.assertEqual((job["state"], job["case"]), ("waiting", number))
            done = self.clerk.want(200, "POST", "/prints", {"act": "cancel", "id": job["id"]}).json["jobs"][-1]
            self.assertEqual(done["state"], "cancelled")
            self.assertFalse(self.clerk.want(201, "POST", f"/cases/{number}/receipt", {"print": False}).json.get("problem"))
        finally:
            admin.want(204, "PUT", "/printer", {"printer": ""})

    def test_the_board_and_the_registers_speak_of_the_same_cases(self):
        number = self.receive("台账")
        supervisor = self.people["supervisor"]
        date = supervisor.want(200, "GET", "/day").json["date"]
        csv = supervisor.want(200, "GET", f"/ledgers/intake?from={date}&to={date}").body.decode()
        self.assertTrue(csv.startswith("\ufeff序号,办件编号,"))
        digits = f"{number[:6]}-{number[6:9]}-{number[9:15]}-{number[15:18]}-{number[18:22]}-{number[22:]}"
        self.assertIn(digits, csv)
        self.assertNotIn("台账,", csv)
        self.assertTrue(supervisor.want(200, "GET", f"/ledgers/window?from={date}&to={date}&format=pdf").body.startswith(b"%PDF"))
        for name in ("figures", "exceptions", "hand-over", "destruction"):
            supervisor.want(200, "GET", f"/ledgers/{name}?from={date}&to={date}")
        supervisor.want(404, "GET", f"/ledgers/poems?from={date}&to={date}")
        board = supervisor.want(200, "GET", "/board").json
        self.assertIn("on_time_percent", board["figures"])

    def test_a_day_is_asked_about_and_closed_once(self):
        self.receive("日清")
        supervisor = self.people["supervisor"]
        date = supervisor.want(200, "GET", "/day").json["date"]
        ask = supervisor.want(200, "POST", "/day/close", {"date": date}).json
        self.assertTrue(ask["ask"])
        self.assertFalse(ask["day"]["closed"])
        self.assertEqual({one["kind"] for one in ask["day"]["left"]} - {"unplaced", "no-receipt", "number", "original", "copy", "open"}, set())
        self.assertIn("no-receipt", {one["kind"] for one in ask["day"]["left"]})
        self.assertEqual(supervisor.post("/day/close", {"date": date, "again": True}).json["code"], "second-person")
        second = {"who": self.second_supervisor(), "secret": SECRET}
        done = supervisor.want(200, "POST", "/day/close", {"date": date, "again": True, "second": second}).json
        self.assertIsNone(done["ask"])
        self.assertTrue(done["day"]["closed"])
        self.assertRegex(done["day"]["code"], "^95[0-9]{22}$")
        supervisor.want(409, "POST", "/day/close", {"date": date, "again": True, "second": second})
        sheet = supervisor.want(200, "GET", f"/day/sheet?date={date}")
        self.assertTrue(sheet.body.startswith(b"%PDF"))

    def test_cases_are_handed_over_to_another_person_alone(self):
        number = self.receive("交接")
        own = {"who": "000010", "secret": SECRET}
        self.assertEqual(self.clerk.post("/day/handover", {"second": own}).json["code"], "second-person")
        self.people["admin"].want(201, "POST", "/users", {
            "number": "000055", "name": "下一班", "roles": ["clerk"], "secret": SECRET})
        done = self.clerk.want(200, "POST", "/day/handover", {
            "second": {"who": "000055", "secret": SECRET}, "cases": [number]}).json
        self.assertEqual(done["cases"], 1)


class Screens(Hall):
    def test_records_of_the_command_line_reach_the_screens(self):
        events = Events(self.people["supervisor"])
        events.wait(lambda kind, _: kind == "hello", "hello")
        number = self.server.run("case", "open", "--item", ITEM, "--applicant", "李四").strip().replace("-", "")
        _, data = events.wait(is_record("case.open"), "the case of the command line")
        self.assertEqual(data["case"], number)
        self.assertNotIn("李四", json.dumps(events.seen, ensure_ascii=False))
        events.close()

    def test_a_reconnect_neither_loses_nor_doubles_a_record(self):
        start = self.clerk.want(200, "GET", "/status").json["seq"]
        numbers = [self.receive(f"甲{at}") for at in range(5)]
        first = Events(self.clerk, after=start)
        seq, data = first.wait(is_record("case.open"), "the first case")
        first.close()
        opened = [data["case"]]
        again = Events(self.clerk, last=seq)
        while len(opened) < len(numbers):
            opened.append(again.wait(is_record("case.open"), "the next case")[1]["case"])
        again.close()
        self.assertEqual(opened, numbers)
        seqs = [int(one) for kind, one, _ in again.seen if kind == "record"]
        self.assertEqual(seqs, sorted(set(seqs)))
        self.assertGreater(seqs[0], seq)

    def test_a_scan_that_is_stopped_keeps_what_it_has(self):
        if os.path.exists(os.path.join(self.folder, "place")):
            os.unlink(os.path.join(self.folder, "place"))
        number = self.receive()
        events = Events(self.clerk)
        events.wait(lambda kind, _: kind == "hello", "hello")
        scan = self.clerk.want(201, "POST", "/scans", {"case": number, "duplex": True, "dpi": 200}).json
        self.assertEqual(self.clerk.post("/scans", {"case": number}).json["code"], "busy")
        events.wait(is_scan("fault"), "the jam")
        self.clerk.want(200, "POST", f"/scans/{scan['id']}/acts", {"act": "stop"})
        events.wait(is_scan("stopped"), "the stop")
        events.close()
        self.assertEqual(self.clerk.want(200, "GET", f"/scans/{scan['id']}").json["state"], "stopped")
        self.assertTrue(self.case(number)["counts"]["even"])
        self.clerk.want(409, "POST", f"/scans/{scan['id']}/acts", {"act": "continue"})


class Refusals(Hall):
    def test_every_route_is_for_the_roles_of_the_document_alone(self):
        with open(os.path.join(SOURCE, "ui/api/openapi.json"), encoding="utf-8") as file:
            document = json.load(file)
        values = {"number": "0" * 24, "id": "999-1-a", "batch": "999", "user": "999999"}
        nobody = Client(self.server)
        tried = 0
        for path, operations in document["paths"].items():
            full = re.sub(r"\{(\w+)\}", lambda part: values.get(part[1], "1"), path)
            for method, operation in operations.items():
                if method == "parameters" or operation["operationId"] in ("events", "signOff"):
                    continue
                if nobody.send(method.upper(), full).status == 404:
                    continue
                self.assertEqual(nobody.send(method.upper(), full).status, 401, path)
                for role in ROLES:
                    answer = self.people[role].send(method.upper(), full, headers={"Content-Type": "text/plain"})
                    allowed = answer.status != 403 or answer.json["code"] != "forbidden"
                    self.assertEqual(allowed, role in operation["x-roles"], f"{method} {path} as {role}: {answer}")
                    tried += 1
        self.assertGreater(tried, 200)

    def test_without_a_session_only_the_open_pages_answer(self):
        nobody = Client(self.server)
        for path in ("/login", "/p/", "/healthz", "/readyz", "/metrics"):
            self.assertEqual(nobody.get(path).status, 200, path)
        for path in ("/session", "/cases", "/status", "/events", "/find?q=x"):
            self.assertEqual(nobody.get(path).status, 401, path)

    def test_a_command_without_its_token_is_refused(self):
        clerk = Client(self.server)
        clerk.cookie = self.clerk.cookie
        answer = clerk.post("/cases", {"item": ITEM, "applicant": "无令牌"})
        self.assertEqual(answer.status, 403)

    def test_a_command_that_comes_twice_acts_once(self):
        body = {"item": ITEM, "applicant": "两次"}
        key = {"Idempotency-Key": "twice-1"}
        first = self.clerk.want(201, "POST", "/cases", body, headers=key)
        again = self.clerk.want(201, "POST", "/cases", body, headers=key)
        self.assertEqual(first.body, again.body)
        other = self.clerk.post("/cases", {"item": ITEM, "applicant": "别的"}, headers=key)
        self.assertEqual(other.json["code"], "invalid")

    def test_an_edit_of_what_changed_meanwhile_is_refused(self):
        number = self.receive()
        tag = self.clerk.want(200, "GET", f"/cases/{number}").headers["ETag"]
        self.act(number, "park")
        late = self.clerk.post(f"/cases/{number}/acts", {"act": "resume-intake"}, headers={"If-Match": tag})
        self.assertEqual((late.status, late.json["code"]), (412, "stale"))
        fresh = self.clerk.want(200, "GET", f"/cases/{number}").headers["ETag"]
        self.clerk.want(200, "POST", f"/cases/{number}/acts", {"act": "resume-intake"}, headers={"If-Match": fresh})

    def test_a_page_that_came_in_meanwhile_refuses_no_edit(self):
        number = self.receive()
        tag = self.clerk.want(200, "GET", f"/cases/{number}").headers["ETag"]
        page = os.path.join(self.folder, "sides", "0002-1.jpg")
        self.assertEqual(self.clerk.upload(number, page, "image/jpeg").status, 201)
        self.assertNotEqual(self.clerk.want(200, "GET", f"/cases/{number}").headers["ETag"], tag)
        self.clerk.want(200, "POST", f"/cases/{number}/acts", {"act": "park"}, headers={"If-Match": tag})
        for wrong in (tag, '"0"', '"-1"', '"99999999"', '"x"', "12", '""', '"1" '):
            late = self.clerk.post(f"/cases/{number}/acts", {"act": "resume-intake"}, headers={"If-Match": wrong})
            self.assertEqual((late.status, late.json["code"]), (412, "stale"), wrong)

    def test_of_many_edits_with_one_tag_one_wins(self):
        number = self.receive()
        tag = self.clerk.want(200, "GET", f"/cases/{number}").headers["ETag"]
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: self.clerk.post(
                f"/cases/{number}/acts", {"act": "park"}, headers={"If-Match": tag}).status, range(8)))
        self.assertEqual(sorted(answers), [200] + [412] * 7)

    def test_numbers_of_cases_opened_at_once_have_no_gap(self):
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            numbers = list(pool.map(lambda at: self.receive(f"并发{at}"), range(16)))
        serials = sorted(int(number[18:22]) for number in numbers)
        self.assertEqual(serials, list(range(serials[0], serials[0] + 16)))

    def test_bodies_that_do_not_fit_are_refused_by_member(self):
        number = self.receive()
        for body in ({}, {"act": "fly"}, {"act": "park", "wings": 2}, {"act": 7}, []):
            answer = self.clerk.post(f"/cases/{number}/acts", body)
            self.assertIn(answer.status, (400, 422), body)
            self.assertEqual(answer.headers["Content-Type"], "application/problem+json")

    def test_names_are_masked_until_a_reason_is_given(self):
        number = self.receive("欧阳修远水务")
        auditor = self.people["auditor"]
        found = auditor.want(200, "GET", "/find?q=" + urllib.parse.quote("欧阳")).json["cases"]
        self.assertEqual([row["applicant"] for row in found if row["number"] == number], ["欧阳***水务"])
        self.assertTrue(self.case(number, auditor)["masked"])
        auditor.want(422, "POST", f"/cases/{number}/look", {"reason": "other"})
        auditor.want(204, "POST", f"/cases/{number}/look", {"reason": "verify"})
        self.assertEqual(self.case(number, auditor)["applicant"], "欧阳修远水务")
        self.people["admin"].want(403, "POST", f"/cases/{number}/look", {"reason": "verify"})
        acts = [event["act"] for event in auditor.want(200, "GET", f"/cases/{number}/timeline").json["events"]]
        self.assertIn("look", acts)

    def test_a_file_that_is_not_what_was_announced_is_no_side(self):
        number = self.receive()
        path = os.path.join(self.folder, "sides", "0001-1.jpg")
        with open(path, "rb") as file:
            body = file.read()
        wrong = "sha-256=:" + "A" * 43 + "=:"
        answer = self.clerk.send("PUT", f"/cases/{number}/uploads/a.jpg", body,
                                 {"Content-Type": "image/jpeg", "Repr-Digest": wrong})
        self.assertEqual(answer.status, 400)
        noise = os.path.join(self.server.folder.name, "noise.jpg")
        with open(noise, "wb") as file:
            file.write(b"no image at all" * 100)
        self.assertEqual(self.clerk.upload(number, noise, "image/jpeg").json["code"], "format")
        self.assertEqual(self.case(number)["sides"], [])

    def test_the_applicant_sees_her_case_by_number_and_code_alone(self):
        number = self.receive("公开测试")
        nobody = Client(self.server)
        wrong = nobody.form("/p/", number=number, code="000000")
        self.assertNotIn("取水许可审批", wrong.body.decode())
        missing = nobody.form("/p/", number="3" * 24, code="000000")
        self.assertEqual(wrong.status, missing.status)
        right = nobody.form("/p/", number=number, code=self.query_code(number))
        self.assertEqual(right.status, 200)
        self.assertIn("取水许可审批", right.body.decode())
        self.assertNotIn("公开测试", right.body.decode())

    def test_guessing_a_query_code_is_slowed_down_for_that_case_alone(self):
        guessed, other = self.receive("被猜"), self.receive("别人")
        nobody = Client(self.server)
        answers = [nobody.form("/p/", number=guessed, code=f"{at:06d}") for at in range(5)]
        self.assertEqual({answer.status for answer in answers}, {404})
        self.assertEqual(nobody.form("/p/", number=guessed, code="999999").status, 404)
        right = nobody.form("/p/", number=guessed, code=self.query_code(guessed))
        self.assertEqual(right.status, 429)
        self.assertNotIn("取水许可审批", right.body.decode())
        self.assertEqual(nobody.form("/p/", number=other, code=self.query_code(other)).status, 200)

    def test_a_problem_speaks_the_language_of_the_request(self):
        said = {}
        for lang in ("zh", "en"):
            answer = self.clerk.want(422, "GET", "/cases?limit=900", headers={"Accept-Language": lang}).json
            said[lang] = answer["detail"]
            self.assertEqual(answer["code"], "invalid")
        self.assertEqual(said, {"zh": "每页条数「900」: 应为 1 到 200", "en": "limit '900': 1 to 200"})
        cookie = self.clerk.cookie + "; lang=zh"
        chosen = self.clerk.want(422, "GET", "/cases?limit=0", headers={"Accept-Language": "en", "Cookie": cookie}).json
        self.assertIn("每页条数", chosen["detail"])

    def test_people_changed_over_the_api_stand_in_the_journal(self):
        admin = self.people["admin"]
        start = admin.want(200, "GET", "/status").json["seq"]
        events = Events(admin, after=start)
        one = admin.want(201, "POST", "/users", {"name": "新来的", "roles": ["clerk"], "secret": SECRET}).json
        admin.want(200, "PATCH", f"/users/{one['number']}", {"roles": ["auditor"], "active": False})
        admin.want(204, "POST", f"/users/{one['number']}/secret", {"secret": SECRET + "1"})
        for _ in range(3):
            events.wait(is_record("person"), "a record of the change")
        events.close()
        journal = os.path.join(self.server.data, "journal")
        kept = []
        for name in sorted(name for name in os.listdir(journal) if name.endswith(".log")):
            with open(os.path.join(journal, name), encoding="utf-8") as file:
                kept += [line for line in file if one["number"] in line]
        self.assertEqual([record["what"] for record in map(json.loads, kept) if record["act"] == "person"],
                         ["add", "change", "secret"])
        self.assertNotIn("新来的", "".join(kept))
        self.assertEqual(admin.want(409, "PATCH", "/users/000001", {"active": False}).json["code"], "rule")

    def test_a_page_that_is_gone_from_the_disk_turns_its_line_of_the_receipt_red(self):
        number = self.receive("取走")
        self.bring(number, "A01", 2)
        self.bring(number, "A02", 1)
        self.clerk.want(201, "POST", f"/cases/{number}/receipt", {})
        shown = self.case(number)
        receipt = next(one["number"] for one in shown["documents"] if one["code"] == "B01")
        lines = self.clerk.want(200, "GET", f"/cases/{number}/receipts/{receipt}").json["lines"]
        self.assertTrue(lines and all(line["good"] for line in lines), lines)
        lost = lines[0]["sides"][0]
        self.clerk.want(200, "GET", f"/sides/{lost}/thumbnail")
        batch, sheet, side = lost.split("-")
        spool = os.path.join(self.server.data, "spool")
        path, = [os.path.join(spool, day, batch, f"{int(sheet):04d}-{side}.tif") for day in os.listdir(spool)
                 if os.path.isdir(os.path.join(spool, day, batch))]
        os.rename(path, path + ".away")
        try:
            now = self.clerk.want(200, "GET", f"/cases/{number}/receipts/{receipt}").json["lines"]
            self.assertEqual([line["good"] for line in now], [False] + [True] * (len(lines) - 1))
            self.assertNotIn(lost, now[0]["sides"])
            self.clerk.want(404, "GET", f"/sides/{lost}/thumbnail")
        finally:
            os.rename(path + ".away", path)
        self.assertTrue(self.clerk.want(200, "GET", f"/cases/{number}/receipts/{receipt}").json["lines"][0]["good"])

    def test_a_bundle_is_judged_with_the_key_that_somebody_brought(self):
        number = self.receive("核验")
        exports = os.path.join(self.server.data, "exports")
        os.makedirs(exports, exist_ok=True)
        path = os.path.join(exports, "brought.tar")
        self.server.run("export", "--case", number, "-o", path)
        auditor = self.people["auditor"]
        self.assertIn("brought.tar", auditor.want(200, "GET", "/bundles").json["bundles"])
        self.clerk.want(403, "POST", "/verifications", {"name": "brought.tar"})
        auditor.want(404, "POST", "/verifications", {"name": "../local.db"})
        auditor.want(404, "GET", "/verifications/verification-1-1")
        self.assertEqual(self.judged("brought.tar"), (True, "verified", "done"))
        other = "anjuan.local/other+b3a0ff27+ATKQdDLjVuXAOVC9GqbvSUFFIMHLVsNZsVCmAGKK9uRs"
        self.assertEqual(auditor.send("POST", "/verifications", {"name": "brought.tar", "vkey": other}).status, 422)
        with open(path, "r+b") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte[0] ^ 1]))
        self.assertEqual(self.judged("brought.tar")[0], False)
        os.unlink(path)

    def test_every_form_of_bundle_is_judged_as_what_it_is(self):
        number = self.receive("形式")
        exports = os.path.join(self.server.data, "exports")
        os.makedirs(exports, exist_ok=True)
        for form, name, proofs in (("bag-zip", "form.zip", "verified"), ("gbt42727", "package.zip", "none"),
                                   ("pdf", "case.pdf", "none")):
            with self.subTest(form=form):
                path = os.path.join(exports, name)
                self.server.run("export", "--case", number, "--format", form, "-o", path)
                self.assertIn(name, self.people["auditor"].want(200, "GET", "/bundles").json["bundles"])
                self.assertEqual(self.judged(name), (True, proofs, "done"))
                shown = self.people["auditor"].want(200, "GET", "/verifications/latest").json
                self.assertEqual(shown["kind"], "bag" if form == "bag-zip" else form)
                os.unlink(path)

    def judged(self, name):
        """Valid, proofs, state; both languages say the same findings."""
        auditor = self.people["auditor"]
        events = Events(auditor)
        events.wait(lambda kind, _: kind == "hello", "hello")
        job = auditor.want(202, "POST", "/verifications", {"name": name}).json
        events.wait(lambda kind, data: kind == "verification" and data["id"] == job["id"] and
                    data["state"] != "running", "the end of the verification")
        events.close()
        said = [auditor.want(200, "GET", f"/verifications/{job['id']}", headers={"Accept-Language": lang}).json
                for lang in ("zh", "en")]
        self.assertEqual([one["code"] for one in said[0]["findings"]], [one["code"] for one in said[1]["findings"]])
        for zh, en in zip(said[0]["findings"], said[1]["findings"]):
            self.assertNotEqual(zh["text"], en["text"])
        return said[1]["valid"], said[1]["proofs"], said[1]["state"]

    def query_code(self, number):
        """What stands on the receipt, from the case's opening record."""
        journal = os.path.join(self.server.data, "journal")
        for name in sorted(os.listdir(journal)):
            with open(os.path.join(journal, name), encoding="utf-8") as file:
                for line in file:
                    record = json.loads(line)
                    if record["act"] == "case.open" and record["case"] == number:
                        digest = hashlib.sha256(f"query-code:{record['secret']}".encode()).hexdigest()
                        return f"{int(digest[:12], 16) % 1000000:06d}"
        raise AssertionError("no opening record")

    def test_many_screens_and_clerks_at_once_disturb_nobody(self):
        number = self.receive("并行")
        page = os.path.join(self.folder, "sides", "0002-1.jpg")
        start = self.clerk.want(200, "GET", "/status").json["seq"]
        streams = [Events(self.people[role], after=start) for role in ROLES]

        def one(at):
            own = self.receive(f"并行{at}")
            side = self.clerk.upload(own, page, "image/jpeg").json["sides"][0]["id"]
            for path in (f"/cases/{own}", f"/sides/{side}/thumbnail", "/board", "/day", "/tray", f"/find?q={own}"):
                self.clerk.want(200, "GET", path)
            self.act(number, "park" if at % 2 else "resume-intake")
            return own

        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            opened = set(pool.map(one, range(12)))
        self.assertEqual(len(opened), 12)
        for stream in streams:
            left = set(opened)
            while left:
                left.discard(stream.wait(is_record("case.open"), "every case on every screen")[1]["case"])
            seqs = [int(seq) for kind, seq, _ in stream.seen if kind == "record"]
            self.assertEqual(seqs, sorted(set(seqs)))
            stream.close()


if __name__ == "__main__":
    run_tests()
