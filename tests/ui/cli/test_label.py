#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Labels, separator sheets and cards as they are printed: every one is read back by its codes."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import good, run  # noqa: E402

DPI = 200
ITEM_CARD = "0000"


def set_of(digits):
    return digits[12:18]


class Labels(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data)

    def printed(self, verb, *args, last=99):
        """The codes of each side of `label VERB` up to the `last`, by symbology."""
        pdf = self.path(f"{len(os.listdir(self.folder))}.pdf")
        good("label", verb, *args, "-o", pdf, data=self.data)
        subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-png", "-l", str(last), pdf, pdf],
                       check=True)
        pages = sorted(n for n in os.listdir(self.folder) if n.startswith(os.path.basename(pdf) + "-"))
        sides = []
        for page in pages:
            found = {}
            for _, kind, value, *_ in good("codes", self.path(page)).rows:
                found.setdefault(kind, set()).add(value)
            sides.append(found)
        return sides

    def test_the_digits_of_a_document_are_the_ones_its_paper_carries(self):
        digits = good("label", "code", "--case", self.number, "--document", "3", "--copy", "2").out.strip()
        self.assertEqual(digits[:2], "94")
        self.assertIn(self.number.replace("-", "")[:-2], digits)
        other = line.as_json("label", "code", "--case", self.number, "--document", "4")["code"]
        self.assertNotEqual(other, digits)
        self.assertEqual(len(other), len(digits))

    def test_a_digits_verb_refuses_what_is_no_document(self):
        for args in (("--case", "12", "--document", "1"), ("--case", self.number, "--document", "0"),
                     ("--case", self.number, "--document", "1000"),
                     ("--case", self.number, "--document", "1", "--copy", "10")):
            with self.subTest(args=args):
                self.status(2, run("label", "code", *args))

    def test_the_label_of_a_case_names_it(self):
        side, = self.printed("case", self.number)
        self.assertEqual(side["QR-Code"], {self.number.replace("-", "")})
        self.status(2, run("label", "case", self.number[:-1] + "x", "-o", self.path("no.pdf")))
        self.assertFalse(os.path.exists(self.path("no.pdf")))

    def test_a_set_has_a_sheet_for_each_slot_and_a_last_one_on_both_sides(self):
        sides = self.printed("set", "--item", "100007", "--set", "42", "--slot", "A01", "--slot", "A02")
        self.assertEqual(len(sides), 6)
        for front, back in zip(sides[::2], sides[1::2]):
            self.assertEqual(front, back)
            self.assertEqual(front["PATCH"], {"T"})
            self.assertEqual(front["CODE-128"], front["QR-Code"])
        digits = [next(iter(side["QR-Code"])) for side in sides[::2]]
        self.assertEqual([one[:2] + one[12:22] for one in digits],
                         [f"98000042{n:02}03" for n in (1, 2, 3)])
        self.assertEqual(digits[-1][8:12], ITEM_CARD)

    def test_sets_that_nobody_numbered_differ(self):
        def drawn():
            side, = self.printed("set", "--item", "100007", "--slot", "A01", last=1)
            return set_of(next(iter(side["QR-Code"])))

        self.assertGreater(len({drawn() for _ in range(3)}), 1)

    def test_a_set_of_an_item_without_that_slot_is_refused(self):
        for args, about in ((("--item", "100007", "--slot", "Z99"), "100007"),
                            (("--item", "999999",), "999999"),
                            (("--item", "100007", "--set", "1000000"), "--set")):
            with self.subTest(args=args):
                result = run("label", "set", *args, "-o", self.path("none.pdf"), data=self.data)
                self.status((1, 2), result)
                self.assertIn(about, result.err)
                self.assertFalse(os.path.exists(self.path("none.pdf")))

    def test_an_item_card_opens_a_case_of_its_item(self):
        sides = self.printed("item", "--item", "100007", last=1)
        self.assertEqual({value for side in sides for value in side["QR-Code"]},
                         {"981000070000000000010161"})

    def test_every_command_has_a_card(self):
        values = set().union(*(read for side in self.printed("command") for read in side.values()))
        self.assertEqual(sorted(value[2:4] for value in values), [f"{n:02}" for n in range(1, 13)])
        self.assertEqual({value[:2] for value in values}, {"99"})

    def test_a_file_that_cannot_be_written_is_named(self):
        result = run("label", "command", "-o", self.path("no/such/c.pdf"))
        self.status((3, 4), result)
        self.assertIn("c.pdf", result.err)


if __name__ == "__main__":
    line.main()
