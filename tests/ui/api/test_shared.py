#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon and the command line scan into one store at the same time, and now and then one of
them is killed: nobody is told that something is locked, no number is lost or given twice, and every
side that was acknowledged is there.

30 seconds, with ANJUAN_LONG=1 ten minutes. ANJUAN_SEED chooses another run."""
import collections
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Client, Events, PROGRAM, Server  # noqa: E402
from hall import ITEM, USCC, is_scan, script_of  # noqa: E402

LONG = os.environ.get("ANJUAN_LONG") == "1"
SHARED_S = 600 if LONG else 30
SERVER_LIVES_S = 40 if LONG else 12
SEED = int(os.environ.get("ANJUAN_SEED", "1"))
WAIT_S = 0.02


class Desk:
    """One window that works through the daemon until it is told to stop."""

    def __init__(self, test):
        self.test = test
        self.cases, self.sides, self.refused = [], collections.Counter(), []
        self.stop = threading.Event()
        self.restart = threading.Lock()

    def run(self):
        while not self.stop.is_set():
            try:
                with self.restart:
                    client = Client(self.test.server).sign_on("000010")
                self.work(client)
            except (OSError, AssertionError, ValueError) as why:
                # A daemon that was killed cuts the line: what it said before holds all the same.
                if "locked" in str(why) or '"busy"' in str(why):
                    self.refused.append(str(why))

    def work(self, client):
        answer = client.want(201, "POST", "/cases", {
            "item": ITEM, "applicant": "昆山水务有限公司", "phone": "0512-57000000",
            "fields": {"uscc": USCC, "applicant_licence": "昆山水务有限公司", "years": "5 年"}})
        number = answer.json["number"]
        self.cases.append(number)
        place = os.path.join(self.test.folder, "place")
        if os.path.exists(place):
            os.unlink(place)  # the whole stack again
        events = Events(client)
        try:
            events.wait(lambda kind, _: kind == "hello", "hello")
            client.want(201, "POST", "/scans", {"case": number, "duplex": True, "dpi": 100})
            events.wait(is_scan("done"), "the end of the scan")
        finally:
            for kind, _, data in events.seen:
                if kind == "record" and data["act"] == "side":
                    self.sides[data["side"]["id"]] += 1
            events.close()


class Shared(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)
        cls.folder = cls.server.pages("session", "--item", ITEM, "--dpi", "100", "--hardness", "0",
                                      "--format", "jpg")
        cls.device = script_of(cls.folder, [])
        cls.stack = os.path.join(cls.server.folder.name, "stack")
        os.mkdir(cls.stack)
        for at in range(4):  # a page between separators, some times over
            shutil.copy(os.path.join(cls.folder, "sides", "0002-1.jpg"),
                        os.path.join(cls.stack, f"{at}.jpg"))
        cls.start()
        cls.server.people(cls.server.first_run())

    @classmethod
    def start(cls):
        cls.server.start("--device", cls.device)

    def setUp(self):
        self.dice = random.Random(SEED)
        self.cases, self.promised, self.told = [], [], []
        self.kills = collections.Counter()

    def line(self):
        """Open a case and scan into it, as a second window does."""
        return subprocess.Popen(
            ["sh", "-c", 'n=$("$1" case open --item "$2" --applicant x --window 002 --data "$3") && echo "$n"'
             ' && exec "$1" scan --case "$n" --from "$4" --data "$3"', "sh", PROGRAM, ITEM,
             self.server.data, self.stack],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, process_group=0,
            env=dict(os.environ, LC_ALL="C.UTF-8"))

    def end_of_line(self, process):
        out, err = process.communicate()
        rows = [row for row in out.decode().split("\n")[:-1]]
        self.cases += [row for row in rows if "\t" not in row]
        self.promised += [row.split("\t")[2] for row in rows if row.count("\t") >= 2]
        self.told += [row for row in err.decode().splitlines() if "locked" in row or "busy" in row]
        # A page of no slot waits in the tray, which is told by 1.
        self.assertIn(process.returncode, (0, 1, -signal.SIGKILL), err.decode())

    def kill_server(self, desk):
        with desk.restart:
            self.server.process.kill()
            self.server.process.wait()
            self.server.process.stdout.close()
            self.start()
        self.kills["server"] += 1

    def share(self, desk):
        until, server_until = time.monotonic() + SHARED_S, time.monotonic() + SERVER_LIVES_S
        process = self.line()
        while time.monotonic() < until or process.poll() is None:
            if process.poll() is not None:
                self.end_of_line(process)
                process = self.line()
            elif self.dice.random() < 0.01:
                os.killpg(process.pid, signal.SIGKILL)
                self.kills["line"] += 1
            if time.monotonic() > server_until:
                server_until = time.monotonic() + SERVER_LIVES_S
                self.kill_server(desk)
            time.sleep(WAIT_S)  # between two looks at what has come
        self.end_of_line(process)

    def test_no_number_is_lost_or_doubled(self):
        desk = Desk(self)
        thread = threading.Thread(target=desk.run)
        thread.start()
        try:
            self.share(desk)
        finally:
            desk.stop.set()
            thread.join(300)
        self.server.stop()
        self.assertEqual(self.told + desk.refused, [])
        self.look(desk)
        print(f"{len(desk.cases)} cases at the daemon, {len(self.cases)} at the command line; killed: "
              f"{dict(self.kills)}")
        self.assertGreater(len(desk.cases), 1)
        self.assertGreater(len(self.cases), 1)

    def look(self, desk):
        data = self.server.data
        self.server.run("log", "--verify")
        opened = self.records("case.open")
        numbers = [record["case"] for record in opened]
        self.assertEqual(len(numbers), len(set(numbers)))
        acknowledged = {text.replace("-", "") for text in desk.cases + self.cases}
        self.assertEqual(acknowledged - set(numbers), set())
        for window in {number[15:18] for number in numbers}:
            serials = sorted(int(number[18:22]) for number in numbers if number[15:18] == window)
            self.assertEqual(serials, list(range(1, len(serials) + 1)))
        sides = self.records("side")
        names = [f"{side['batch']}-{side['sheet']}-{side['side']}" for side in sides]
        self.assertEqual(len(names), len(set(names)))
        self.assertEqual(set(desk.sides) - set(names), set())
        kept = collections.Counter(side["sha256"] for side in sides)
        for digest, times in collections.Counter(self.promised).items():
            self.assertGreaterEqual(kept[digest], times)
        documents = [(record["case"], record["number"])
                     for act in ("document.open", "paper") for record in self.records(act)]
        self.assertEqual(len(documents), len(set(documents)))
        for number in numbers:
            mine = sorted(at for case, at in documents if case == number)
            self.assertEqual(mine, list(range(1, len(mine) + 1)))
        for side in sides:
            self.assertTrue(os.path.exists(os.path.join(data, side["file"])), side["file"])

    def records(self, act):
        found = []
        folder = os.path.join(self.server.data, "journal")
        for name in sorted(os.listdir(folder)):
            if name.endswith(".log"):
                with open(os.path.join(folder, name), encoding="utf-8") as file:
                    found += [record for record in map(json.loads, file) if record["act"] == act]
        return found


if __name__ == "__main__":
    unittest.main()
