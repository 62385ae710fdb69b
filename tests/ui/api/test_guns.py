#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Code readers that the appliance reads itself: two guns on serial lines (pseudo terminals) at two
seats, unplugged and plugged in again, a code that nobody hears, the list of devices and its test."""
import os
import pty
import subprocess
import sys
import time
import tty
import unittest
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
from server import PROGRAM, Client, Events, Server, run_tests  # noqa: E402


def is_code(kind, _):
    return kind == "code"


class Line:
    """A gun's serial line: a pseudo terminal behind a name that stays."""

    def __init__(self, folder, name):
        self.link = os.path.join(folder, name)
        self.plug()

    def plug(self):
        self.master, self.slave = pty.openpty()
        tty.setraw(self.slave)  # no echo of what is written before the worker opens it
        if os.path.islink(self.link):
            os.unlink(self.link)
        os.symlink(os.ttyname(self.slave), self.link)

    def pull(self):
        os.close(self.slave)
        os.close(self.master)

    def read(self, text):
        os.write(self.master, text.encode() + b"\r")


class Guns(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server()
        cls.addClassCleanup(cls.server.__exit__)
        cls.one, cls.other = (Line(cls.server.folder.name, name) for name in ("one", "other"))
        cls.server.start("--reader", f"003=serial:{cls.one.link}", "--reader", f"004B=serial:{cls.other.link}@19200")
        cls.people = cls.server.people(cls.server.first_run())
        cls.clerk = cls.people["clerk"]

    def at(self, window, post="A"):
        """The clerk's browser at a seat, with its stream open."""
        browser = Client(self.server)
        browser.sign_on("000010")
        seat = browser.want(200, "PATCH", "/session", {"window": window, "post": post}).headers["Set-Cookie"]
        browser.cookie += "; " + seat.split(";")[0]
        events = Events(browser)
        events.wait(lambda kind, _: kind == "hello", "hello")
        self.addCleanup(events.close)
        return events

    def device(self, line):
        devices = self.clerk.want(200, "GET", "/devices").json["devices"]
        return next(one for one in devices if line.link in one["name"])

    def test_a_code_reaches_the_screen_of_its_gun_alone(self):
        third, fourth = self.at("003"), self.at("004", "B")
        self.one.read("9901000042")
        self.other.read("9902000039")
        self.assertEqual(third.wait(is_code, "a code")[1], {"reader": f"serial:{self.one.link}", "code": "9901000042"})
        self.assertEqual(fourth.wait(is_code, "a code")[1]["code"], "9902000039")
        self.assertEqual([data["code"] for kind, _, data in third.seen if kind == "code"], ["9901000042"])

    def test_a_lost_part_is_told_and_not_guessed(self):
        screen = self.at("003")
        self.one.read("12\x7f34")
        self.assertIsNone(screen.wait(is_code, "a damaged code")[1]["code"])

    def test_a_gun_that_was_pulled_out_reads_again_within_ten_seconds(self):
        screen = self.at("004", "B")
        self.other.pull()
        self.other.plug()
        began = time.monotonic()
        self.other.read("555555")
        self.assertEqual(screen.wait(is_code, "a code")[1]["code"], "555555")
        self.assertLess(time.monotonic() - began, 10)

    def test_the_newest_screen_of_a_seat_has_the_gun(self):
        older, newer = self.at("003"), self.at("003")
        self.one.read("777777")
        self.assertEqual(newer.wait(is_code, "a code")[1]["code"], "777777")
        self.assertNotIn("code", [event[0] for event in older.arrived.queue])

    def test_a_reader_is_a_device_with_a_test(self):
        screen = self.at("003")
        self.one.read("888888")
        screen.wait(is_code, "a code")
        shown = self.device(self.one)
        self.assertEqual((shown["kind"], shown["light"], shown["text"]), ("reader", "fine", "ready"))
        self.assertGreater(shown["today"], 0)
        name = urllib.parse.quote(shown["name"], safe="")
        self.assertTrue(self.clerk.want(200, "POST", f"/devices/{name}/test", {}).json["good"])

    def test_the_command_line_says_who_has_the_reader(self):
        screen = self.at("003")
        self.one.read("999999")
        screen.wait(is_code, "a code")
        done = subprocess.run([PROGRAM, "device", "test", f"serial:{self.one.link}", "--lang", "en"],
                              capture_output=True, text=True, check=False, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("anjuan serve", done.stdout + done.stderr)


if __name__ == "__main__":
    run_tests()
