# SPDX-License-Identifier: Apache-2.0
"""One daemon with a person of every role: what the tests of the API share."""
import json
import os
import unittest

from server import Client, Events, Server  # noqa: F401

ITEM = "100001"
USCC = "91320583MA1ABCD2XM"


def script_of(folder, events=()):
    """The session's script, with events of its own and a memory of where the stack is."""
    path = os.path.join(folder, "script.json")
    with open(path, encoding="utf-8") as file:
        script = json.load(file)
    script["events"] = list(events)
    script["place"] = "place"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(script, file)
    return "script:" + path


def is_scan(*states):
    return lambda kind, data: kind == "scan" and data["state"] in states


def is_record(act):
    return lambda kind, data: kind == "record" and data["act"] == act


class Hall(unittest.TestCase):
    """One daemon for the whole class, with a person of every role and a stack in the scanner."""

    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)
        cls.folder = cls.server.pages("session", "--item", ITEM, "--dpi", "100", "--hardness", "0",
                                      "--format", "jpg")
        cls.device = script_of(cls.folder, [{"at": 3, "do": "jam"}])
        cls.server.start("--device", cls.device)
        cls.people = cls.server.people(cls.server.first_run())
        cls.clerk = cls.people["clerk"]
        cls.archivist = cls.people["archivist"]

    def receive(self, applicant="昆山水务有限公司"):
        return self.clerk.want(201, "POST", "/cases", {
            "item": ITEM, "applicant": applicant, "phone": "0512-57000000",
            "fields": {"uscc": USCC, "applicant_licence": applicant, "years": "5 年"}}).json["number"]

    def act(self, number, act, who=None, want=200, **members):
        return (who or self.clerk).want(want, "POST", f"/cases/{number}/acts", {"act": act, **members})

    def case(self, number, who=None):
        return (who or self.clerk).want(200, "GET", f"/cases/{number}").json

    def scan(self, number, clerk=None):
        """Feeds the whole stack; a jam is cleared by hand."""
        clerk = clerk or self.clerk
        for name in ("place",):
            if os.path.exists(os.path.join(self.folder, name)):
                os.unlink(os.path.join(self.folder, name))
        events = Events(clerk)
        events.wait(lambda kind, _: kind == "hello", "hello")
        scan = clerk.want(201, "POST", "/scans", {"case": number, "duplex": True, "dpi": 200}).json
        _, data = events.wait(is_scan("fault"), "the jam")
        self.assertEqual(data["fault"]["code"], "jam")
        self.assertIn("jammed sheet", data["fault"]["text"])
        clerk.want(200, "POST", f"/scans/{scan['id']}/acts", {"act": "continue"})
        events.wait(is_scan("done"), "the end of the scan")
        # Records come by way of the journal, and may come after it.
        if not any(is_record("batch.close")(kind, data) for kind, _, data in events.seen):
            events.wait(is_record("batch.close"), "the close of the batch")
        events.close()
        return scan, events.seen

    def bring(self, number, slot, pages):
        """A paper of so many pages, as files, into a document of the slot."""
        page = os.path.join(self.folder, "sides", "0002-1.jpg")
        target = {"slot": slot}
        for _ in range(pages):
            answer = self.clerk.upload(number, page, "image/jpeg")
            self.assertEqual(answer.status, 201, answer)
            side = answer.json["sides"][0]["id"]
            moved = self.clerk.want(200, "POST", f"/sides/{side}/acts", {"act": "move", **target}).json
            target = {"document": next(one["document"] for one in moved["case"]["sides"] if one["id"] == side)}

    def complete(self, number):
        """Everything a person has to say or bring so that nothing is missing."""
        slots = {slot["code"]: slot for slot in self.clerk.want(200, "GET", f"/items/{ITEM}").json["slots"]}
        for line in self.case(number)["check"]["slots"]:
            if line["need"] == "conditional":
                self.act(number, "slot", slot=line["code"], state="na")
        for line in self.case(number)["check"]["slots"]:
            if line["state"] in ("na", "exempt"):
                continue
            if line["state"] == "missing" or line["pages"] < slots[line["code"]]["pages_min"]:
                self.bring(number, line["code"], max(1, slots[line["code"]]["pages_min"]))
            if "last day" in line["detail"]:
                self.act(number, "slot", slot=line["code"], until="2036-12-31")
            if line["copies"] > 0:
                self.act(number, "slot", slot=line["code"], copies=line["copies"])
            for tick in line["ticks"]:
                self.act(number, "tick", slot=line["code"], tick=tick["tick"])
        for side in self.case(number)["sides"]:
            if side["reviews"]:
                self.clerk.want(200, "POST", f"/sides/{side['id']}/acts", {"act": "good"})
        check = self.clerk.want(200, "GET", f"/cases/{number}/check").json
        left = [(line["code"], line["state"], line["detail"], line["ticks"], line["defects"]) for line in check["slots"]
                if line["state"] not in ("complete", "na", "exempt")]
        self.assertTrue(check["complete"], left)
