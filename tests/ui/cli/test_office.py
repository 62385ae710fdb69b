#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What the office asks of a period: is everything there?"""
import glob
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import good, run  # noqa: E402

FAKE = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")[0]
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


class Day(line.Case):
    """Registers, custody and the close of a day, in the order of the names."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data, "--phone", "13812345678")
        good("user", "add", "--name", "赵督", "--role", "supervisor", data=cls.data, stdin=b"secret-1\n")
        good("receipt", cls.number, data=cls.data)

    def test_01_a_register_opens_in_a_spreadsheet(self):
        csv = good("ledger", "intake", data=self.data).out
        self.assertTrue(csv.startswith("\ufeff序号,办件编号,"))
        self.assertIn(self.number, csv)
        self.assertNotIn("13812345678", csv)
        self.assertIn("13812345678", good("ledger", "intake", "--full", "核对", data=self.data).out)
        self.assertIn("look", good("log", data=self.data).out)

    def test_02_every_register_of_the_list_is_there(self):
        rows = good("ledger", "list", data=self.data).rows
        self.assertEqual(len(rows), 20)
        for name, _, title in rows:
            book = line.as_json("ledger", name, data=self.data)
            self.assertEqual(book["title"], title)
        self.status(1, run("ledger", "poems", data=self.data))

    def test_03_a_line_is_entered_and_printed(self):
        good("ledger", "add", "consultation", "--set", "visitor=李四", "--set", "matter=取水许可",
             data=self.data)
        self.status(2, run("ledger", "add", "consultation", "--set", "poem=x", data=self.data))
        pdf = self.path("consultation.pdf")
        good("ledger", "consultation", "--format", "pdf", "-o", pdf, data=self.data)
        text = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True).stdout.decode()
        self.assertIn("李四", text)

    def test_04_papers_are_followed_by_their_codes(self):
        rows = good("custody", "show", self.number, data=self.data).rows
        self.assertEqual([(row[1], row[2], row[3]) for row in rows], [("1", "1", "window"), ("1", "2", "window")])
        code = good("label", "code", "--case", self.number, "--document", "1", "--copy", "1",
                    data=self.data).out.strip()
        good("custody", "move", code, "--box", "960000001739", data=self.data)
        places = {row[2]: row[3:5] for row in good("custody", "show", self.number, data=self.data).rows}
        self.assertEqual(places, {"1": ["box", "960000001739"], "2": ["window", "cli"]})
        self.assertEqual(len(good("custody", "show", "960000001739", data=self.data).rows), 1)
        good("custody", "hand-over", self.number, "--department", "业务科", "--second", "赵督",
             data=self.data, stdin=b"secret-1\n")
        holders = {row[5] for row in good("custody", "show", self.number, data=self.data).rows}
        self.assertEqual(holders, {"000001"})
        self.status(1, run("custody", "move", self.number, "--cabinet", "2", data=self.data))
        self.status(1, run("custody", "hand-over", self.number, "--cabinet", "2", "--second", "赵督",
                           data=self.data, stdin=b"secret-9\n"))

    def test_05_the_day_closes_with_the_supervisors_signature(self):
        line.new_case(self.data)
        left = good("day", "show", data=self.data).rows
        self.assertEqual(left[-1], ["open"])
        self.assertIn("no-receipt", [row[0] for row in left])
        self.status(1, run("day", "close", data=self.data))
        sheet = self.path("day.pdf")
        closed = good("day", "close", "--second", "赵督", "-o", sheet, data=self.data,
                      stdin=b"secret-1\n")
        self.assertEqual(closed.rows[-1][0], "closed")
        self.assertRegex(closed.rows[-1][1], "^95[0-9]{22}$")
        text = subprocess.run(["pdftotext", sheet, "-"], check=True, capture_output=True).stdout.decode()
        self.assertIn("遗留清单", text)
        self.status(1, run("day", "close", "--second", "赵督", data=self.data, stdin=b"secret-1\n"))
        audit = line.as_json("audit", data=self.data)
        self.assertEqual([(day["closed"], day["good"]) for day in audit["days"]], [(True, True)])

    def test_06_everything_is_there_again_after_a_rebuild(self):
        before = good("custody", "show", self.number, data=self.data).out
        good("rebuild", data=self.data)
        self.assertEqual(good("custody", "show", self.number, data=self.data).out, before)


if __name__ == "__main__":
    line.main()
