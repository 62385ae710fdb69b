#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""理卷核对: the arranging sheet is printed, the arranged file is fed once more, and each sheet is
matched to its images."""
import os
import shutil
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import good, run  # noqa: E402

PLAN = {"item": "100007", "item_name": "营业执照变更登记", "separators": False, "set": "000001",
        "documents": [{"slot": "A01", "name": "申请书", "kind": "form", "sheets": 2},
                      {"slot": "A02", "name": "决议", "kind": "contract", "sheets": 2},
                      {"slot": "A03", "name": "营业执照", "kind": "licence", "sheets": 1}]}


class Arrange(line.Case):
    """One case whose file is fed again in several ways."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data)
        line.session(cls.path("stack"), dict(PLAN, separators=True))
        line.session(cls.path("again"), dict(PLAN, separators=True), "--dpi", "150")
        rows = good("scan", "--case", cls.number, "--from", cls.path("stack"), "--duplex",
                    data=cls.data).rows
        names = sorted(os.listdir(cls.path("stack")))
        pairs = [(names[i], names[i + 1]) for i in range(0, len(rows), 2)]
        cls.sheets = [pair for i, pair in enumerate(pairs) if rows[2 * i][4] != "separator"]
        cls.foreign = pairs[0]

    def feed(self, sheets):
        folder = self.path("fed")
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        for i, pair in enumerate(sheets):
            for side, name in zip("ab", pair):
                ending = os.path.splitext(name)[1]
                shutil.copy(self.path("again", name), os.path.join(folder, f"{i:03}{side}{ending}"))
        return run("arrange", self.number, "--from", folder, "--duplex", data=self.data)

    def findings(self, result):
        self.status(1, result)
        return [row[:2] for row in result.rows]

    def test_1_the_sheet_to_arrange_by_shows_every_side(self):
        pdf = self.path("arranging.pdf")
        good("arrange", self.number, "-o", pdf, data=self.data)
        text = subprocess.run(["pdftotext", pdf, "-"], check=True, capture_output=True).stdout.decode()
        self.assertIn("排卷单", text)
        self.assertIn(f"{len(self.sheets)} 张纸", text)

    def test_2_the_same_order_agrees(self):
        result = self.status(0, self.feed(self.sheets))
        self.assertEqual(result.out, "")

    def test_3_a_missing_sheet_is_named(self):
        self.assertEqual(self.findings(self.feed(self.sheets[:1] + self.sheets[2:])),
                         [["missing", "2"]])

    def test_4_a_sheet_out_of_order_is_named(self):
        first, *others = self.sheets
        self.assertEqual(self.findings(self.feed(others + [first])), [["moved", "1"]])

    def test_5_a_sheet_that_is_not_of_the_case_is_named_by_its_place_in_the_stack(self):
        self.assertEqual(self.findings(self.feed(self.sheets[:1] + [self.foreign] + self.sheets[1:])),
                         [["extra", "2"]])

    def test_6_nothing_to_do_is_a_wrong_call(self):
        self.status(2, run("arrange", self.number, data=self.data))


if __name__ == "__main__":
    line.main()
