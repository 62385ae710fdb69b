#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the office asks of a period: is everything there?"""
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import good, run  # noqa: E402

FAKE = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1"
# The preloaded clock stands before the sanitizer; it is told to bear that.
LATER = {"LD_PRELOAD": FAKE, "FAKETIME": "+20d", "FAKETIME_DONT_FAKE_MONOTONIC": "1",
         "ASAN_OPTIONS": "verify_asan_link_order=0:detect_leaks=0"}


def pictures(pdf, folder):
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", pdf, os.path.join(folder, "page")],
                   check=True)
    return sorted(os.path.join(folder, name) for name in os.listdir(folder)
                  if name.startswith("page-"))


class Audit(line.Case):
    """A store that has forgotten cases whose receipts are out, with a page that cannot be read and
    a case that waits too long."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.first = line.new_case(cls.data)
        # As after a disk was lost: what came in after the backup is gone, its receipt is not.
        shutil.copytree(cls.data, cls.path("backup"))
        cls.second = line.new_case(cls.data)
        cls.third = line.new_case(cls.data)
        good("receipt", cls.third, "-o", cls.path("receipt.pdf"), data=cls.data)
        shutil.rmtree(cls.data)
        os.rename(cls.path("backup"), cls.data)

    def test_01_a_store_in_order_is_complete(self):
        result = self.status(0, run("audit", data=self.data))
        self.assertEqual(result.rows[-1], ["complete"])

    def test_02_a_missing_number_an_unread_page_and_an_overdue_case_are_all_named(self):
        page = pictures(self.path("receipt.pdf"), self.folder)[0]
        run("scan", "--from", page, data=self.data)
        torn = self.path("torn.png")
        with open(page, "rb") as whole, open(torn, "wb") as part:
            part.write(whole.read(3000))
        run("scan", "--case", self.first, "--from", torn, data=self.data)
        result = self.status(1, run("audit", data=self.data, env=LATER))
        found = {row[1]: row[2] for row in result.rows if row[0] == "error"}
        self.assertEqual(set(found), {"number-missing", "unread", "overdue"})
        missing = [row[2] for row in result.rows if row[1:2] == ["number-missing"]]
        self.assertEqual(missing, [self.second, self.third])
        self.assertEqual(found["overdue"], self.first)
        self.assertRegex(found["unread"], r"^\d+-\d+-a$")
        self.assertEqual(result.rows[-1], ["incomplete"])
        figures = dict(row for row in result.rows if len(row) == 2)
        self.assertEqual([figures[name] for name in ("numbers", "cases", "gaps", "unread", "late")],
                         ["3", "1", "2", "1", "1"])

    def test_03_the_paper_that_bears_the_number_is_named(self):
        result = self.status(1, run("audit", data=self.data))
        line_of = {row[2]: row[3] for row in result.rows if row[1:2] == ["number-missing"]}
        self.assertIn("stands on paper", line_of[self.third])
        self.assertNotIn("stands on paper", line_of[self.second])

    def test_04_a_period_before_has_nothing_missing(self):
        self.status(0, run("audit", "--from", "2020-01-01", "--to", "2020-12-31", data=self.data))

    def test_05_every_form_says_it(self):
        csv = self.status(1, run("audit", "--format", "csv", data=self.data))
        self.assertTrue(csv.out.startswith("\ufeff"))
        html = self.status(1, run("audit", "--format", "html", data=self.data))
        self.status(1, run("audit", "--format", "pdf", "-o", self.path("audit.pdf"), data=self.data))
        text = subprocess.run(["pdftotext", "-layout", self.path("audit.pdf"), "-"], check=True,
                              capture_output=True).stdout.decode()
        told = line.json.loads(run("audit", "--json", data=self.data).out)
        self.assertFalse(told["complete"])
        for form in (csv.out, html.out, text):
            for number in (self.second, self.third):
                self.assertIn(number, form)
            self.assertIn("未读出页面", form)

    def test_06_wrong_usage_is_told(self):
        self.status(2, run("audit", "--from", "2026-02-30", data=self.data))
        self.status(2, run("audit", "--from", "2026-02-20", "--to", "2026-02-01", data=self.data))
        self.status(2, run("audit", "--format", "doc", data=self.data))


if __name__ == "__main__":
    line.main()
