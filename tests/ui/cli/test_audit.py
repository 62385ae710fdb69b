#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What a statement of completeness finds in a store somebody has meddled with: every gap and every
change is named by its number."""
import os
import shutil
import sqlite3
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import good, run  # noqa: E402
from test_office import LATER as CLOCK, pictures  # noqa: E402

TOMORROW = dict(CLOCK, FAKETIME="+1d")


class Meddled(line.Case):
    """Four cases at two windows on two days: three told what is missing, and one whose receipt, its
    newest document, was scanned in again."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        # What is to be done on the day would be overdue on the next one.
        cls.cases = [line.new_case(cls.data, "--window", window, "--kind", "promise")
                     for window in ("002", "001", "001")]
        answers = [part for question in ("agent", "name-change", "address-change", "legal-change")
                   for part in ("--answer", question + "=no")]
        for number in cls.cases:
            good("case", "tick", number, *answers, data=cls.data)
            good("notice", number, "--kind", "supplement", data=cls.data)
        good("receipt", cls.cases[0], "-o", cls.path("receipt.pdf"), data=cls.data)
        good("receipt", cls.cases[1], "-o", cls.path("receipt1.pdf"), data=cls.data)
        for name in ("receipt", "receipt1"):
            os.mkdir(cls.path(name))
            page = pictures(cls.path(name + ".pdf"), cls.path(name))[0]
            good("scan", "--from", page, data=cls.data)
        good("user", "add", "--name", "赵督", "--role", "supervisor", data=cls.data, stdin=b"secret-1\n")
        good("day", "close", "--second", "赵督", data=cls.data, stdin=b"secret-1\n")
        cls.cases.append(good("case", "open", "--item", "100007", "--applicant", "明天", data=cls.data,
                              env=TOMORROW).out.strip())

    def setUp(self):
        self.copy = self.path(self._testMethodName)
        shutil.copytree(self.data, self.copy)

    def meddle(self, *changes):
        base = sqlite3.connect(os.path.join(self.copy, "catalogue.db"))
        for sql, *values in changes:
            self.assertGreater(base.execute(sql, values).rowcount, 0, sql)
        base.commit()
        base.close()

    def audit(self, *args):
        result = run("audit", "--json", *args, data=self.copy, env=TOMORROW)
        self.assertIn(result.status, (0, 1), repr(result))
        told = line.json.loads(result.out)
        self.assertEqual(told["complete"], result.status == 0)
        return told

    def gaps(self, told, code):
        return [(one["where"], "stands on paper" in one["text_en"]) for one in told["findings"] if one["code"] == code]

    @staticmethod
    def of(number):
        return "\"case\" = (SELECT id FROM cases WHERE number = ?)"

    def test_a_store_nobody_meddled_with_is_complete(self):
        told = self.audit()
        self.assertEqual([one for one in told["findings"] if one["code"] != "unplaced"], [])
        runs = [(run["date"], run["window"], run["first"], run["last"]) for run in told["windows"]]
        self.assertEqual(runs, sorted(runs))
        self.assertEqual([run[1:] for run in runs], [("001", 1, 2), ("002", 1, 1), ("001", 1, 1)])
        self.assertTrue(all(day["good"] for day in told["days"]))

    def test_a_document_that_is_gone_is_named_and_the_paper_that_bears_its_number(self):
        first, second, third, _ = (number.replace("-", "") for number in self.cases)
        newest = "(SELECT max(number) FROM document d WHERE d.\"case\" = document.\"case\")"
        for number in (first, second):
            self.meddle((f"DELETE FROM document WHERE {self.of(number)} AND number = {newest}", number))
        self.meddle((f"UPDATE document SET number = number + 1 WHERE {self.of(third)} AND number = {newest}", third))
        found = dict(self.gaps(self.audit(), "document-missing"))
        for number, on_paper in zip(self.cases, (True, True, False)):
            where, = [where for where in found if where.startswith(number)]
            self.assertEqual(found[where], on_paper, where)

    def test_a_number_missing_in_the_run_of_papers_is_named(self):
        self.meddle(("UPDATE document SET paper_number = replace(paper_number, '2号', '4号')"
                     " WHERE paper_number LIKE '%〕2号'",))
        (where, _), = self.gaps(self.audit(), "paper-number-missing")
        self.assertTrue(where.endswith("2"), where)

    def test_numbers_that_are_none_do_not_hide_the_others(self):
        self.meddle(("UPDATE document SET paper_number = '无号' WHERE paper_number LIKE '%〕3号'",),
                    ("UPDATE cases SET serial = 99999 WHERE number = ?", self.cases[2].replace("-", "")))
        told = self.audit()
        self.assertEqual(told["figures"]["cases"], 4)
        self.assertEqual(self.gaps(told, "paper-number-missing"), [])

    def test_a_day_whose_root_is_not_the_journals_is_named(self):
        self.meddle(("UPDATE leaf SET hash = zeroblob(32) WHERE seq = 5",))
        told = self.audit()
        closed, = [day for day in told["days"] if day["closed"]]
        self.assertFalse(closed["good"])
        self.assertEqual(self.gaps(told, "root-differs"), [(closed["date"], False)])


if __name__ == "__main__":
    line.main()
