#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The end of retention from the command line: what is due, the register, and that two persons
destroy a case of which then nothing is left."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import as_json, good, run  # noqa: E402
from test_keep import page_png  # noqa: E402
from test_office import LATER as CLOCK  # noqa: E402

# Behind the ten years of 保管期限, which begin with the year after the filing.
LATER = dict(CLOCK, FAKETIME="+12y")
APPLICANT = "昆山水务有限公司"
SECOND = b"secret-2\n"


def text_of(pdf):
    done = subprocess.run(["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True)
    return "".join(done.stdout.decode().split())


class Destroy(line.Case):
    """Two filed cases and a third that is open, in the order of the names."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        for name, role, pin in (("王管", "admin", b"secret-1\n"), ("赵督", "supervisor", SECOND)):
            good("user", "add", "--name", name, "--role", role, data=cls.data, stdin=pin)
        with open(cls.path("page.png"), "wb") as file:
            file.write(page_png())
        cls.gone, cls.held, cls.open = (cls.case() for _ in range(3))
        for number in (cls.gone, cls.held):
            good("case", "withdraw", number, "--reason", "不再办理", data=cls.data)
            good("file", number, data=cls.data)
        cls.page, cls.kept = (cls.page_of(number) for number in (cls.gone, cls.open))

    @classmethod
    def case(cls):
        number = good("case", "open", "--item", "100007", "--applicant", APPLICANT,
                      data=cls.data).out.strip()
        good("scan", "--case", number, "--slot", "A01", "--from", cls.path("page.png"), data=cls.data)
        return number

    @classmethod
    def page_of(cls, number):
        """The bytes of its page as they are stored; every case's are its own."""
        sides = as_json("case", "show", number, data=cls.data)["sides"]
        with open(os.path.join(cls.data, sides[0]["file"]), "rb") as file:
            return file.read()

    def listed(self, *args, **more):
        return {row["case"]: row for row in as_json("destroy", *args, data=self.data, **more)["cases"]}

    def destroy(self, *numbers, second="赵督", pin=SECOND, approval="档销〔2038〕1号", when=LATER):
        return run("destroy", *numbers, "--second", second, "--approval", approval, data=self.data,
                   stdin=pin, env=when)

    def left(self, needle):
        """Files below the data folder that hold these bytes."""
        found = []
        for folder, _, names in os.walk(self.data):
            for name in names:
                with open(os.path.join(folder, name), "rb") as file:
                    if needle in file.read():
                        found.append(name)
        return found

    def test_01_what_is_due_is_listed_by_day_and_as_a_paper(self):
        self.assertEqual(self.listed("list"), {})
        year = int(as_json("case", "show", self.gone, data=self.data)["case"]["filed_at"][:4]) + 11
        self.assertEqual(self.listed("list", "--by", f"{year - 1}-12-31"), {})
        due = self.listed("list", "--by", f"{year}-01-01")
        self.assertEqual(set(due), {self.gone, self.held})
        self.assertEqual((due[self.gone]["due"], due[self.gone]["state"]), (f"{year}-01-01", "due"))
        pdf = self.path("list.pdf")
        rows = good("destroy", "list", "--by", f"{year}-01-01", "-o", pdf, data=self.data).rows
        self.assertEqual(len(rows), 2)
        text = text_of(pdf)
        self.assertIn("销毁清册", text)
        for row in rows:
            self.assertIn(row[0], text)
        self.status(2, run("destroy", "list", "--by", "2037-02-30", data=self.data))
        self.status((3, 4), run("destroy", "list", "-o", self.path("no/such.pdf"), data=self.data))

    def test_02_nobody_destroys_early_alone_or_without_approval(self):
        for expected, result in (
                ("not", self.destroy(self.gone, when={})),
                ("", self.destroy(self.gone, pin=b"secret-9\n")),
                ("", self.destroy(self.open)),
                ("--second", run("destroy", self.gone, "--approval", "1", data=self.data, env=LATER)),
                ("not allowed", self.destroy(self.gone, second="王管", pin=b"secret-1\n")),
                ("cannot be her own second person",
                 self.destroy(self.gone, "--as", "000002", pin=SECOND + SECOND)),
                ("", self.destroy(self.gone, approval=""))):
            self.status((1, 2), result)
            self.assertIn(expected, result.err)
        self.status(2, self.destroy(self.gone[:-1] + "x"))
        self.assertEqual(as_json("destroy", "register", data=self.data)["cases"], [])
        self.assertTrue(self.left(self.page))

    def test_03_a_hold_keeps_the_case_and_all_that_are_named_with_it(self):
        good("hold", self.held, "--reason", "诉讼", data=self.data)
        self.assertEqual(self.listed("list", env=LATER)[self.held]["state"], "held")
        self.status(1, self.destroy(self.gone, self.held))
        self.assertEqual(len(self.listed("list", env=LATER)), 2)

    def test_04_with_two_persons_it_goes_and_nothing_of_it_is_left(self):
        type(self).backup = as_json("backup", "-o", self.path("full"), data=self.data)
        good("hold", self.held, "--lift", "--reason", "结案", data=self.data)
        self.status(2, run("destroy", data=self.data))
        for number in (self.gone, self.open):
            self.assertTrue(as_json("case", "show", number, data=self.data)["sides"])
        result = self.status(0, self.destroy(self.gone, self.held))
        self.assertEqual(result.rows, [[self.gone, "destroyed"], [self.held, "destroyed"]])
        self.assertEqual(self.listed("list", env=LATER), {})
        self.assertEqual((self.left(self.page), len(self.left(self.kept))), ([], 1))
        self.status(1, self.destroy(self.gone))
        self.status(1, run("export", "--case", self.gone, "-o", self.path("b.tar"), data=self.data))
        self.status(0, run("fsck", "--read-data", data=self.data))

    def test_05_the_register_names_it_and_nobody(self):
        pdf = self.path("register.pdf")
        register = self.listed("register", "-o", pdf)
        self.assertEqual(set(register), {self.gone, self.held})
        row = register[self.gone]
        self.assertEqual((row["approval"], row["second"], row["pages"]), ("档销〔2038〕1号", "000002", 1))
        text = text_of(pdf)
        self.assertIn("档销〔2038〕1号", text)
        self.assertNotIn(APPLICANT, text)

    def test_06_an_earlier_backup_does_not_bring_it_back(self):
        rest, back = self.path("rest"), self.path("back")
        good("backup", "-o", rest, "--since", self.backup["seq"], data=self.data)
        good("restore", self.path("full"), rest, data=back)
        type(self).data = back
        self.assertEqual((self.left(self.page), len(self.left(self.kept))), ([], 1))
        self.assertEqual(set(self.listed("register")), {self.gone, self.held})


if __name__ == "__main__":
    line.main()
