#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who acts at the command line, who may sign on, and the way back when nobody can."""
import os
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import good, run  # noqa: E402


class People(line.Case):
    """One list of people, changed in the order of the names."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))

    def user(self, *args, pin=None):
        return run("user", *args, data=self.data, stdin=(pin + "\n").encode() if pin else b"")

    def test_01_the_first_person_is_number_one(self):
        result = self.status(0, self.user("add", "--name", "王管", "--role", "admin", pin="secret-1"))
        self.assertEqual(result.rows[0][0], "000001")
        self.assertTrue(result.rows[0][1].startswith("97000001"))

    def test_02_numbers_go_on_and_may_be_chosen(self):
        result = self.status(0, self.user("add", "--name", "赵督", "--role", "supervisor", pin="secret-2"))
        self.assertEqual(result.rows[0][0], "000002")
        self.status(1, self.user("add", "--name", "某", "--role", "clerk", "--number", "000002",
                                 pin="secret-3"))
        self.status(0, self.user("add", "--name", "钱收", "--role", "clerk", "--role", "archivist",
                                 "--number", "000107", pin="secret-3"))
        rows = self.user("list").rows
        self.assertEqual([row[0] for row in rows], ["000001", "000002", "000107"])
        self.assertEqual(rows[2][2], "clerk,archivist")

    def test_03_a_short_pin_and_an_unknown_role_are_refused(self):
        self.status(2, self.user("add", "--name", "某", "--role", "clerk", pin="12345"))
        self.status(2, self.user("add", "--name", "某", "--role", "king", pin="secret-4"))
        self.status(2, self.user("add", "--name", "某", "--role", "clerk"))
        self.assertEqual(len(self.user("list").rows), 3)

    def test_04_the_last_administrator_cannot_be_disabled(self):
        result = self.status(1, self.user("disable", "000001"))
        self.assertIn("last administrator", result.err)

    def test_05_as_signs_on_with_the_pin(self):
        number = line.new_case(self.data)
        result = run("hold", number, "--reason", "court", "--as", "000107", data=self.data,
                     stdin=b"secret-3\n")
        self.status(0, result)
        self.assertEqual(result.rows[0][3], "000107")

    def test_06_a_wrong_pin_signs_nobody_on_and_is_recorded(self):
        result = run("user", "list", "--as", "000107", data=self.data, stdin=b"wrong-3\n")
        self.status(1, result)
        log = run("log", data=self.data)
        self.assertIn("denied", log.out)

    def test_07_who_is_disabled_cannot_sign_on(self):
        self.status(0, self.user("disable", "000107"))
        self.status(1, run("user", "list", "--as", "000107", data=self.data, stdin=b"secret-3\n"))
        self.status(0, self.user("enable", "000107"))
        self.status(0, run("user", "list", "--as", "000107", data=self.data, stdin=b"secret-3\n"))

    def test_08_a_new_pin_replaces_the_old_one(self):
        self.status(0, self.user("passwd", "000107", pin="another-3"))
        self.status(1, run("user", "list", "--as", "000107", data=self.data, stdin=b"secret-3\n"))
        self.status(0, run("user", "list", "--as", "000107", data=self.data, stdin=b"another-3\n"))

    def test_09_the_console_brings_an_administrator_back(self):
        self.status(0, self.user("recover", pin="recovered-1"))
        self.status(0, run("user", "list", "--as", "000001", data=self.data, stdin=b"recovered-1\n"))
        self.status(0, self.user("recover", "000002", pin="recovered-2"))
        rows = {row[0]: row for row in self.user("list").rows}
        self.assertIn("admin", rows["000002"][2].split(","))

    def test_10_every_change_is_a_record_without_names(self):
        log = good("log", "--json", data=self.data).out
        self.assertIn('"person"', log)
        with open(os.path.join(self.data, "journal", sorted(os.listdir(os.path.join(
                self.data, "journal")))[0]), encoding="utf-8") as file:
            journal = file.read()
        self.assertNotIn("钱收", journal)
        self.assertIn('"what":"recover"', journal.replace(" ", ""))


if __name__ == "__main__":
    line.main()
