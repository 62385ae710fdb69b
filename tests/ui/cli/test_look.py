#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Looking without changing: a case by what somebody has of it, and what is on a page."""
import os
import sys
import zlib

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import as_json, good, run  # noqa: E402
from test_keep import chunk, page_png  # noqa: E402


class Look(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data)
        cls.page = cls.file("page.png", page_png())

    @classmethod
    def file(cls, name, content):
        with open(cls.path(name), "wb") as file:
            file.write(content)
        return cls.path(name)

    def test_a_case_is_found_by_number_code_and_name(self):
        code = good("label", "code", "--case", self.number, "--document", "1").out.strip()
        for asked in (self.number, self.number.replace("-", ""), code, "苏州某某"):
            with self.subTest(asked=asked):
                found = as_json("find", asked, data=self.data)["cases"]
                self.assertEqual([case["case"] for case in found], [self.number])

    def test_a_slip_of_the_pen_is_told_and_nobody_is_found_for_nothing(self):
        slip = self.number[:-2] + f"{(int(self.number[-2:]) + 1) % 100:02}"
        result = self.status((1, 2), run("find", slip, data=self.data))
        self.assertIn("check digits", result.err)
        self.assertEqual(run("find", "查无此人", data=self.data).out, "")
        self.status((3, 4), run("find", self.number, data=self.path("no-store")))

    def test_facts_of_a_page_are_told(self):
        row, = as_json("page", self.page)["pages"]
        self.assertEqual((row["file"], row["page"], row["state"]), (self.page, 1, "stored"))
        self.assertEqual(good("page", self.page).rows[0][1:4], ["1", "stored", "800x1100"])
        white = b"".join(b"\0" + b"\xff" * 800 for _ in range(1100))
        head = page_png()
        blank = self.file("blank.png", head[:8 + 25] + chunk(b"IDAT", zlib.compress(white)) + chunk(b"IEND", b""))
        self.assertEqual(good("page", blank).rows[0][2], "blank")

    def test_what_cannot_be_read_is_told_and_the_others_are(self):
        torn = self.file("torn.png", page_png()[:1500])
        rows = run("page", torn, self.page).rows
        self.assertEqual([row[2] for row in rows], ["unread", "stored"])
        result = run("page", self.file("words.txt", b"words, and no page at all"), self.page)
        self.assertNotEqual(result.status, 0)
        self.assertIn("words.txt", result.err)
        self.assertEqual([row[0] for row in result.rows], [self.page])
        self.status(3, run("codes", self.path("none.png")))


if __name__ == "__main__":
    line.main()
