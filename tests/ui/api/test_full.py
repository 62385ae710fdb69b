#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A disk that fills up while the feeder runs: the batch stops with a sentence, the pages so far are
safe, and it goes on by itself once there is room."""
import os
import sys
import tempfile

sys.path.insert(0, os.path.dirname(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "cli"))
import small_disk  # noqa: E402

small_disk.enter()
tempfile.tempdir = None
from hall import ITEM, Hall, is_scan  # noqa: E402
from server import Events, Server, run_tests  # noqa: E402
from test_feeding import Stack  # noqa: E402

SHEETS = 24
DISK_MB = 1000  # no feed starts without room for a hundred sides


class Full(Hall):
    @classmethod
    def setUpClass(cls):
        cls.disk = small_disk.SmallDisk(DISK_MB)
        cls.addClassCleanup(cls.disk.close)
        tempfile.tempdir = cls.disk.folder
        cls.server = Server()
        tempfile.tempdir = None
        cls.addClassCleanup(cls.server.__exit__)
        paper = tempfile.TemporaryDirectory()  # of the scanner, on another disk
        cls.addClassCleanup(paper.cleanup)
        cls.stack = Stack(paper.name, "stack", SHEETS, [{"at": 9, "do": "jam"}])
        cls.server.start("--device", cls.stack.name)
        cls.people = cls.server.people(cls.server.first_run())
        cls.clerk = cls.people["clerk"]

    def tearDown(self):
        if os.path.exists(self.disk.filler):
            self.disk.make_room()

    def begin(self, number):
        """The feeder stands at a jam, and behind it the disk is full to the last byte."""
        self.stack.fill()
        events = Events(self.clerk)
        events.wait(lambda kind, _: kind == "hello", "hello")
        batch = self.clerk.want(201, "POST", "/scans", {
            "device": self.stack.name, "case": number, "dpi": 200, "mode": "gray"}).json["id"]
        _, data = events.wait(is_scan("fault"), "the jam")
        self.assertEqual(data["fault"]["code"], "jam")
        self.disk.fill()
        self.say(batch, "continue")
        _, data = events.wait(lambda kind, data: is_scan("fault")(kind, data)
                              and data["fault"]["code"] == "disk-full", "the full disk")
        self.assertIn("space", data["fault"]["text"])
        return batch, events

    def say(self, batch, act, want=200):
        return self.clerk.want(want, "POST", f"/scans/{batch}/acts", {"act": act})

    def sheets(self, number):
        return sorted(side["sheet"] for side in self.case(number)["sides"])

    def test_the_batch_stops_with_a_sentence_and_goes_on_by_itself(self):
        number = self.receive("满盘")
        batch, events = self.begin(number)
        kept = self.sheets(number)
        self.assertEqual(kept, list(range(1, len(kept) + 1)))
        self.assertLess(len(kept), SHEETS)
        self.assertEqual(self.clerk.want(200, "GET", "/status").json["scanner"]["light"], "needs-you")
        self.say(batch, "keep", want=409)
        self.clerk.want(507, "POST", "/cases", {"item": ITEM, "applicant": "无处可写"})
        self.disk.make_room()
        events.wait(is_scan("running"), "going on by itself")
        events.wait(is_scan("done"), "the end")
        events.close()
        self.assertEqual(self.sheets(number), list(range(1, SHEETS + 1)))
        self.server.run("fsck", "--read-data")
        self.server.run("log", "--verify")

    def test_a_batch_that_is_stopped_there_keeps_what_was_told(self):
        number = self.receive("停下")
        batch, events = self.begin(number)
        kept = self.sheets(number)
        self.say(batch, "stop")
        events.wait(lambda kind, data: kind == "scan" and data["state"] == "fault", "its end")
        events.close()
        self.disk.make_room()
        self.assertEqual(self.sheets(number), kept)
        self.receive("又有地方")
        self.server.run("fsck", "--read-data")


if __name__ == "__main__":
    run_tests()
