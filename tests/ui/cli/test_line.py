#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The main job from the command line: paper becomes a case file, the case file a bundle, and the
bundle is judged by a validator that shares nothing with the program."""
import hashlib
import os
import subprocess
import sys
import tarfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "storage")]
import check_bag  # noqa: E402
import check_package  # noqa: E402
import line  # noqa: E402
from line import good, run  # noqa: E402

ITEM = {"item": "100007", "item_name": "营业执照变更登记", "separators": True}
FIRST = dict(ITEM, set="000001", documents=[
    {"slot": "A01", "name": "公司登记(备案)申请书", "kind": "form", "sheets": 2},
    {"slot": "A02", "name": "变更决议或决定", "kind": "contract", "sheets": 1},
    {"slot": "A03", "name": "营业执照正、副本", "kind": "licence", "sheets": 2}])
SECOND = dict(ITEM, set="000002", documents=[
    {"slot": "A04", "name": "章程", "kind": "contract", "sheets": 2}])


def receipt_code(pdf, folder):
    """The digits of the applicant's copy, read from the printed page."""
    subprocess.run(["pdftoppm", "-r", "150", "-gray", "-png", "-f", "2", "-l", "2", pdf,
                    os.path.join(folder, "receipt")], check=True)
    picture = [name for name in os.listdir(folder) if name.startswith("receipt-")][0]
    codes = {row[2] for row in good("codes", os.path.join(folder, picture)).rows}
    return [code for code in codes if code.startswith("94")][0]


class Line(line.Case):
    """Steps of one case, in order of their names."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data, "--phone", "13812345678", "--platform-id", "PF-77")
        line.session(cls.path("first"), FIRST)

    def check(self, status):
        result = self.status(status, run("check", self.number, data=self.data))
        return {row[0]: row[1] for row in result.rows}

    def test_01_the_number_has_its_parts(self):
        self.assertRegex(self.number, r"^320583-001-\d{6}-001-0001-\d\d$")

    def test_02_an_empty_case_misses_every_required_slot(self):
        states = self.check(1)
        self.assertEqual([states[code] for code in ("A01", "A02", "A03", "A04")], ["missing"] * 4)

    def test_03_the_first_stack_is_split_by_its_separators(self):
        rows = good("scan", "--case", self.number, "--from", self.path("first"), "--duplex",
                    data=self.data).rows
        self.assertEqual(len(rows), 18)
        sheets = [(row[0], row[1]) for row in rows]
        self.assertEqual(sheets, [(str(i), side) for i in range(1, 10) for side in "ab"])
        documents = [row[4] for row in rows if row[1] == "a"]
        self.assertEqual(documents, ["separator", "001", "001", "separator", "002", "separator",
                                     "003", "003", "separator"])
        self.assertTrue(all(row[3] in ("stored", "blank") for row in rows))
        for row in rows:
            self.assertRegex(row[2], "^[0-9a-f]{64}$")

    def test_04_every_printed_digest_is_the_digest_of_a_file(self):
        sides = line.as_json("case", "show", self.number, data=self.data)["sides"]
        self.assertEqual(len(sides), 18)
        for side in sides:
            with open(os.path.join(self.data, side["file"]), "rb") as file:
                self.assertEqual(hashlib.sha256(file.read()).hexdigest(), side["sha256"])

    def test_05_people_answer_and_tick(self):
        for question in ("agent", "name-change", "address-change", "legal-change"):
            good("case", "tick", self.number, "--answer", question + "=no", data=self.data)
        for slot in ("A01", "A02"):
            good("case", "tick", self.number, "--slot", slot, "--signature", "yes", data=self.data)
        good("case", "tick", self.number, "--slot", "A01", "--seal", "yes", data=self.data)
        good("case", "tick", self.number, "--slot", "A03", "--originals", "2", data=self.data)
        states = self.check(1)
        self.assertEqual([states[code] for code in ("A01", "A02", "A03", "A04", "A05")],
                         ["complete", "complete", "complete", "missing", "na"])

    def test_06_it_is_not_accepted_while_something_is_missing(self):
        result = self.status(1, run("case", "accept", self.number, data=self.data))
        self.assertIn("not complete", result.err)
        result = self.status(1, run("case", "decide", self.number, "--granted", data=self.data))
        self.assertIn("not in a state", result.err)

    def test_07_receipt_and_notice_are_issued(self):
        receipt = good("receipt", self.number, "-o", self.path("r.pdf"), data=self.data)
        self.assertEqual(receipt.rows[0][0], "004")
        notice = good("notice", self.number, "--kind", "supplement", "-o", self.path("n.pdf"),
                      data=self.data)
        self.assertEqual(notice.rows[0][0], "005")
        self.assertRegex(notice.rows[0][1], "〔[0-9]{4}〕1号")
        type(self).paper_number = notice.rows[0][1]
        for name in ("r.pdf", "n.pdf"):
            with open(self.path(name), "rb") as file:
                self.assertEqual(file.read(5), b"%PDF-")
        self.status(1, run("notice", self.number, "--kind", "supplement", data=self.data))
        good("case", "tell", self.number, "--signed", data=self.data)

    def test_08_the_second_stack_finds_its_case_by_the_receipt(self):
        code = receipt_code(self.path("r.pdf"), self.folder)
        line.session(self.path("second"), dict(SECOND, receipt=code))
        rows = good("scan", "--from", self.path("second"), "--duplex", data=self.data).rows
        self.assertEqual(len(rows), 10)
        self.assertEqual([row[4] for row in rows if row[1] == "a"],
                         ["004", "separator", "006", "006", "separator"])
        good("case", "tick", self.number, "--slot", "A04", "--signature", "yes", data=self.data)
        self.check(0)

    def test_09_accepted_decided_delivered(self):
        for args, state in ((("accept",), "accepted"), (("decide", "--granted"), "decided"),
                            (("deliver", "--signed"), "delivered")):
            result = good("case", args[0], self.number, *args[1:], data=self.data)
            self.assertEqual(result.rows[0][0], state)
        self.status(1, run("case", "accept", self.number, data=self.data))

    def test_10_filed_with_an_archive_number(self):
        result = good("file", self.number, data=self.data)
        type(self).archive_number = result.out.strip()
        self.assertRegex(self.archive_number, r"^Z110-ZY·SC·\d{4}·Y·许可科-0001$")
        self.status(1, run("file", self.number, data=self.data))
        self.status(1, run("scan", "--case", self.number, "--from", self.path("second"),
                           data=self.data))

    def test_11_found_by_every_number_code_and_name(self):
        code = receipt_code(self.path("r.pdf"), self.folder)
        for text in (self.number, self.number.replace("-", ""), code, self.archive_number,
                     self.paper_number, "PF-77", "苏州某某有限公司", "苏州", "某某", "有限公司"):
            with self.subTest(text=text):
                rows = good("find", text, data=self.data).rows
                self.assertEqual([row[0] for row in rows], [self.number])
        for text in ("北京", "Z999-ZY·SC·2026·Y-0001", "x" * 5000, "%", "*", "'; --"):
            with self.subTest(text=text):
                self.status(1, run("find", text, data=self.data))

    def test_12_exported_in_every_form_and_valid_to_others(self):
        for form, name in (("bag-tar", "x.tar"), ("bag-zip", "x.zip"), ("bag-dir", "x")):
            with self.subTest(form=form):
                path = self.path(name)
                rows = good("export", "--case", self.number, "--format", form, "-o", path,
                            data=self.data).rows
                self.assertEqual(rows[0][0], name)
                self.assertEqual(self.status(0, run("verify", path)).rows[-1], ["valid"])
                if form != "bag-dir":
                    with open(path, "rb") as file:
                        self.assertEqual(hashlib.sha256(file.read()).hexdigest(), rows[0][2])
        self.assertEqual(check_bag.check(self.path("x")), [])
        with tarfile.open(self.path("x.tar"), "r:") as tar:
            tar.extractall(self.path("out"), filter="data") if sys.version_info >= (3, 12) else \
                tar.extractall(self.path("out"))
        self.assertEqual(check_bag.check(self.path("out", "x")), [])

    def test_12b_packages_and_pdf_are_read_by_others(self):
        for form, name in (("gbt42727", "g.zip"), ("dat93", "d.zip"), ("pdf", "c.pdf")):
            with self.subTest(form=form):
                path = self.path(name)
                row = good("export", "--case", self.number, "--format", form, "-o", path,
                           data=self.data).rows[0]
                with open(path, "rb") as file:
                    self.assertEqual(hashlib.sha256(file.read()).hexdigest(), row[2])
                judged = line.as_json("verify", path)
                self.assertTrue(judged["valid"])
                self.assertEqual([(one["kind"], one["proofs"]) for one in judged["bundles"]],
                                 [(form, "none")])
                self.assertEqual([one["code"] for one in judged["findings"]],
                                 ["pdf-unproven"] if form == "pdf" else [])
                self.assertEqual(good("verify", "--level", "quick", path).rows[-1], ["valid"])
        self.assertEqual(check_package.check_gbt42727(self.path("g.zip")), [])
        self.assertEqual(check_package.check_dat93(self.path("d.zip")), [])
        self.assertEqual(check_package.check_case(self.path("x", "data", self.digits())), [])

    def digits(self):
        return self.number.replace("-", "")

    def test_12c_the_images_of_a_pdf_are_those_that_were_captured(self):
        """Poppler takes the coded images out as they stand; they are in the stored files."""
        info = subprocess.run(["pdfinfo", self.path("c.pdf")], check=True, capture_output=True)
        pages = [row for row in info.stdout.decode().splitlines() if row.startswith("Pages:")]
        out = self.path("images")
        os.mkdir(out)
        subprocess.run(["pdfimages", "-all", self.path("c.pdf"), os.path.join(out, "p")], check=True)
        sides = [side for side in line.as_json("case", "show", self.number, data=self.data)["sides"]
                 if side["role"] in ("page", "paper")]
        self.assertGreater(int(pages[0].split()[1]), len(sides))
        stored = []
        for side in sides:
            with open(os.path.join(self.data, side["file"]), "rb") as file:
                stored.append(file.read())
        taken = sorted(os.listdir(out))
        self.assertEqual(len(taken), len(sides))
        for name in taken:
            with open(os.path.join(out, name), "rb") as file:
                scan = file.read().split(b"\xff\xda", 1)[1][:20000]
            self.assertTrue(any(scan in text for text in stored), name)

    def test_12d_an_export_in_volumes(self):
        rows = good("export", "--case", self.number, "--split", "1M", "-o", self.path("v.tar"),
                    data=self.data).rows
        self.assertGreater(len(rows), 1)
        for name, size, _ in rows:
            self.assertLessEqual(int(size), 1000000)
            self.status(1, run("verify", self.path(name)))
        self.status(0, run("verify", *[self.path(name) for name, _, _ in rows]))
        for size in ("0", "x", "7x", "-1", "1K"):
            self.status(2, run("export", "--case", self.number, "--split", size, "-o",
                               self.path("w.tar"), data=self.data))

    def test_12e_verify_opens_every_page(self):
        folder = self.path("out", "x", "data")
        pages = [os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names
                 if name.endswith(".tif")]
        self.assertGreaterEqual(line.as_json("verify", self.path("out", "x"))["pages"], len(pages))
        for switch in (["--level", "quick"], ["--no-pages"]):
            self.assertEqual(line.as_json("verify", *switch, self.path("out", "x"))["pages"], 0)

    def test_12f_a_page_that_was_damaged_before_it_was_bagged_is_named(self):
        folder = self.path("out", "x", "data")
        page = max((os.path.join(parent, name) for parent, _, names in os.walk(folder)
                    for name in names if name.endswith(".tif")), key=os.path.getsize)
        with open(page, "rb") as file:
            text = bytearray(file.read())
        text[len(text) // 2:len(text) // 2 + 128] = b"\xff\xd9" * 64
        bag = self.path("foreign")
        os.makedirs(os.path.join(bag, "data"))
        for path, content in (("data/page.tif", text), ("data/note.txt", b"words"),
                              ("bagit.txt", b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n")):
            with open(os.path.join(bag, path), "wb") as file:
                file.write(content)
        with open(os.path.join(bag, "manifest-sha256.txt"), "w", encoding="ascii") as file:
            for path, content in (("data/note.txt", b"words"), ("data/page.tif", text)):
                file.write(f"{hashlib.sha256(content).hexdigest()}  {path}\n")
        rows = self.status(0, run("verify", bag)).rows
        self.assertEqual([row[:3] for row in rows if row[0] == "warning"],
                         [["warning", "page-unreadable", "data/page.tif"]])
        self.assertEqual(rows[-1], ["valid"])
        self.assertEqual(self.status(0, run("verify", "--no-pages", bag)).rows, [["valid"]])

    def test_13_the_bundle_holds_what_was_scanned(self):
        sides = line.as_json("case", "show", self.number, data=self.data)["sides"]
        digests = set()
        for parent, _, names in os.walk(self.path("out")):
            for name in names:
                with open(os.path.join(parent, name), "rb") as file:
                    digests.add(hashlib.sha256(file.read()).hexdigest())
        pages = [side for side in sides if side["role"] in ("page", "paper")]
        self.assertEqual(len([side for side in pages if side["sha256"] not in digests]), 0)

    def test_14_one_flipped_byte_is_named(self):
        path = self.path("x.tar")
        with tarfile.open(path, "r:") as tar:
            members = [m for m in tar.getmembers() if m.isfile() and m.size > 0 and "/data/" in m.name]
        for member in (members[0], members[len(members) // 2], members[-1]):
            with self.subTest(member=member.name):
                with open(path, "rb") as file:
                    text = bytearray(file.read())
                text[member.offset_data + member.size // 2] ^= 1
                with open(self.path("flipped.tar"), "wb") as file:
                    file.write(text)
                result = self.status(1, run("verify", self.path("flipped.tar")))
                self.assertIn(member.name.split("/", 1)[1], result.out)
                self.assertEqual(result.rows[-1], ["invalid"])

    def test_15_a_missing_file_is_named(self):
        folder = self.path("out", "x")
        victim = [os.path.join(parent, name) for parent, _, names in os.walk(os.path.join(
            folder, "data")) for name in names if name.endswith(".tif")][0]
        os.rename(victim, self.path("victim"))
        result = self.status(1, run("verify", folder))
        self.assertIn(os.path.relpath(victim, folder), result.out)
        os.rename(self.path("victim"), victim)
        self.status(0, run("verify", folder))

    def test_16_the_vault_is_sound_and_a_damaged_page_ends_the_export(self):
        root = os.path.join(self.data, "vault", "root")
        self.assertEqual(self.status(0, run("verify", root)).rows[-1], ["valid"])
        victim = [os.path.join(parent, name) for parent, _, names in os.walk(root)
                  for name in names if name.endswith(".tif")][3]
        os.chmod(victim, 0o600)
        with open(victim, "r+b") as file:
            file.seek(1000)
            byte = file.read(1)
            file.seek(1000)
            file.write(bytes([byte[0] ^ 1]))
        result = self.status(1, run("verify", root))
        self.assertIn(os.path.basename(victim), result.out)
        result = self.status(1, run("export", "--case", self.number, "-o", self.path("bad.tar"),
                                    data=self.data))
        self.assertIn(os.path.basename(victim), result.err)
        self.assertFalse(os.path.exists(self.path("bad.tar")))
        with open(victim, "r+b") as file:
            file.seek(1000)
            file.write(byte)
        good("export", "--case", self.number, "-o", self.path("bad.tar"), data=self.data)

    def test_17_export_by_period_and_by_archive_number(self):
        day = "20" + self.number[11:13] + "-" + self.number[13:15] + "-" + self.number[15:17]
        good("export", "--from", day, "--to", day, "-o", self.path("day.tar"), data=self.data)
        good("export", "--archive-number", "Z110-*", "-o", self.path("z.tar"), data=self.data)
        self.status(1, run("export", "--from", "1999-01-01", "--to", "1999-12-31", "-o",
                           self.path("none.tar"), data=self.data))
        self.status(1, run("export", "--archive-number", "Z999-*", "-o", self.path("none.tar"),
                           data=self.data))
        self.assertFalse(os.path.exists(self.path("none.tar")))

    def test_18_nothing_personal_stands_in_the_journal(self):
        with open(os.path.join(self.data, "journal", "0" * 16 + ".log"), "rb") as file:
            text = file.read().decode()
        for word in ("苏州某某", "13812345678", "91320583MA1ABCD2XM"):
            self.assertNotIn(word, text)

    def test_19_the_journal_holds_and_the_catalogue_is_its_index(self):
        before = good("case", "show", self.number, "--json", data=self.data).out
        self.assertEqual(good("log", "--verify", data=self.data).rows[0][0], "valid")
        good("rebuild", data=self.data)
        self.assertEqual(good("case", "show", self.number, "--json", data=self.data).out, before)

    def test_20_a_second_case_may_be_withdrawn_and_filed(self):
        number = line.new_case(self.data)
        for question in ("agent", "name-change", "address-change", "legal-change"):
            good("case", "tick", number, "--answer", question + "=no", data=self.data)
        result = good("case", "withdraw", number, "--reason", "自己撤回", data=self.data)
        self.assertEqual(result.rows[0][0], "withdrawn")
        good("file", number, data=self.data)


if __name__ == "__main__":
    line.main()
