#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The command line itself: help, wrong verbs, wrong options, missing operands, in two languages;
folders and files that are not what they should be."""
import itertools
import os
import re
import resource
import shutil
import sqlite3
import sys
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import line  # noqa: E402
from line import run  # noqa: E402

CHINESE = re.compile("[\u4e00-\u9fff]")


def verbs():
    """Words, operands of every verb that --help lists."""
    found = []
    for row in run("--help", "--lang", "en").out.splitlines():
        match = re.match(r"^  ([a-z][a-z-]*(?: [a-z][a-z-]*)?)((?: [A-Z][^ ]*)?)  +\S", row)
        if match:
            found.append((match.group(1).split(), match.group(2).strip()))
    return found


class Help(line.Case):
    def test_no_argument_shows_the_verbs(self):
        result = self.status(2, run())
        self.assertIn("case open", result.err)

    def test_help_lists_every_verb_of_the_contract(self):
        listed = {" ".join(words) for words, _ in verbs()}
        for verb in ("init", "case open", "scan", "case show", "check", "notice", "receipt",
                     "case accept", "file", "find", "export", "verify", "log", "rebuild", "serve"):
            self.assertIn(verb, listed)
        self.assertGreater(len(listed), 40)

    def test_help_is_in_both_languages(self):
        self.assertFalse(CHINESE.search(run("--help", "--lang", "en").out))
        self.assertTrue(CHINESE.search(run("--help", "--lang", "zh").out))
        self.assertTrue(CHINESE.search(run("--help", env={"LC_ALL": "zh_CN.UTF-8"}).out))

    def test_options_may_stand_before_help(self):
        self.assertIn("用法", self.status(0, run("--lang", "zh", "--help")).out)
        self.assertIn("usage", self.status(0, run("--lang=en", "-h")).out)
        where = line.new_store(self.path("before"))
        self.status(0, run("--data", where, "--lang", "en", "--json", "item", "list"))
        self.status(2, run("--data", where, "--json", "item", "eat"))

    def test_version(self):
        self.assertRegex(self.status(0, run("--version")).out, r"^anjuan \d+\.\d+")

    def test_every_verb_has_help_in_both_languages(self):
        for words, _ in verbs():
            with self.subTest(verb=words):
                english = self.status(0, run(*words, "--help", "--lang", "en"))
                chinese = self.status(0, run(*words, "--help", "--lang", "zh"))
                self.assertTrue(english.out.startswith("usage: anjuan " + " ".join(words)))
                self.assertTrue(chinese.out.startswith("用法: anjuan " + " ".join(words)))
                self.assertTrue(CHINESE.search(chinese.out))

    def test_a_wrong_verb_is_named_and_a_near_one_suggested(self):
        for word, said in (("nonsense", "--help"), ("cas", "case open"), ("tray", "tray list")):
            result = self.status(2, run(word, "--lang", "en"))
            self.assertIn(word, result.err)
            self.assertIn(said, result.err)
            self.assertEqual(result.out, "")

    def test_a_wrong_second_word_is_named(self):
        result = self.status(2, run("case", "eat", "--lang", "en"))
        self.assertIn("eat", result.err)
        self.assertIn("case open", result.err)

    def test_a_wrong_verb_in_chinese(self):
        self.assertTrue(CHINESE.search(self.status(2, run("nonsense", "--lang", "zh")).err))


class WrongUse(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))

    languages = itertools.cycle(("en", "zh"))  # every wrong use in one, every kind of it in both

    def refused(self, *args, about):
        language = next(self.languages)
        result = self.status(2, run(*args, "--lang", language, data=self.data))
        self.assertIn(about, result.err)
        self.assertTrue(result.err.startswith("anjuan: "), result.err)
        self.assertEqual(bool(CHINESE.search(result.err)), language == "zh", result.err)
        self.assertEqual(result.out, "")

    def test_every_verb_refuses_a_wrong_option(self):
        options = itertools.cycle(["--nonsense", "-Z"])
        for words, operand in verbs():
            with self.subTest(verb=words):
                option = next(options)
                self.refused(*words, *(["x"] if operand else []), option, about=option)

    def test_every_verb_refuses_missing_operands(self):
        for words, operand in verbs():
            if operand:
                with self.subTest(verb=words):
                    self.refused(*words, about=operand)

    def test_every_verb_without_operands_refuses_one(self):
        for words, operand in verbs():
            if not operand:
                with self.subTest(verb=words):
                    self.refused(*words, "surplus", about="surplus")

    def test_every_verb_refuses_a_value_for_a_switch(self):
        for words, operand in verbs():
            with self.subTest(verb=words):
                self.refused(*words, *(["x"] if operand else []), "--json=yes", about="--json")

    def test_values_are_needed(self):
        for args, about in ((("case", "open", "--item"), "--item"), (("export", "-o"), "--output")):
            self.assertIn(about, self.status(2, run(*args)).err)

    def test_needed_options_are_asked_for(self):
        self.refused("case", "open", about="--item")
        self.refused("export", about="--output")
        self.refused("notice", "x", about="--kind")

    def test_values_that_are_none(self):
        number = line.new_case(self.data)
        for args, about in (
                (("scan", "--from", "/dev/null", "--mode", "sepia"), "sepia"),
                (("scan", "--from", "/dev/null", "--slot", "zzz"), "zzz"),
                (("scan", "--from", "/dev/null", "--dpi", "7"), "7"),
                (("scan",), "--from"),
                (("scan", "--from", "/dev/null", "--sheets", "-4"), "-4"),
                (("export", "-o", "x", "--format", "rar", "--case", number), "rar"),
                (("export", "-o", "x", "--from", "2026-02-30", "--to", "2026-03-01"), "--from"),
                (("verify", "x", "--level", "deep"), "deep"),
                (("notice", number, "--kind", "poem"), "poem"),
                (("case", "decide", number), "--granted"),
                (("case", "tick", number, "--seal", "yes"), "--slot"),
                (("case", "tick", number, "--slot", "A01", "--seal", "maybe"), "maybe"),
                (("case", "tick", number, "--slot", "A01", "--issued", "2026-02-30"), "2026-02-30"),
                (("case", "tick", number, "--answer", "nonsense=no"), "nonsense"),
                (("case", "tick", number, "--answer", "agent"), "agent"),
                (("case", "open", "--item", "100007"), "applicant"),
                (("case", "open", "--item", "100007", "--applicant", "x", "--channel", "owl"), "owl"),
                (("case", "open", "--item", "100007", "--applicant", "x", "--window", "1"), "window"),
                (("case", "open", "--item", "100007", "--applicant", "x", "--field", "=x"), "=x"),
                (("case", "open", "--item", "100007", "--applicant", "字" * 51), "51"),
                (("tray", "place", "1-1-a", "--case", number), "--slot"),
                (("tray", "place", "first", "--case", number, "--slot", "A01"), "first"),
                (("case", "accept", number, "--set", "noequals"), "noequals"),
                (("serve", "--listen", "nowhere"), "nowhere"),
        ):
            with self.subTest(args=args):
                result = self.status(2, run(*args, data=self.data))
                self.assertIn(about, result.err)

    def test_bytes_that_are_no_text(self):
        result = self.status(2, run("case", "open", "--item", "100007", "--applicant", b"\xff".decode(
            "utf-8", "surrogateescape"), data=self.data))
        self.assertIn("--applicant", result.err)

    def test_a_wrong_language(self):
        self.assertIn("tlh", self.status(2, run("item", "list", "--lang", "tlh", data=self.data)).err)

    def test_numbers_that_name_no_case(self):
        number = line.new_case(self.data)
        slip = number[:-1] + ("0" if number[-1] != "0" else "1")
        other = number.replace("-0001-", "-0999-").rsplit("-", 1)[0]
        body = other.replace("-", "")
        whole = body + f"{98 - int(body) * 100 % 97:02d}"
        for verb in (("case", "show"), ("check",), ("receipt",), ("file",), ("case", "accept"),
                     ("case", "deliver"), ("case", "withdraw")):
            with self.subTest(verb=verb):
                self.status(2, run(*verb, slip, data=self.data))
                self.status(2, run(*verb, "12", data=self.data))
                self.assertIn(other, self.status(1, run(*verb, whole, data=self.data)).err)

    def test_personal_data_comes_on_standard_input(self):
        text = '{"applicant": "某人", "phone": "138", "fields": {"uscc": "1"}}'.encode()
        args = ("case", "open", "--item", "100007", "--fields", "-")
        number = self.status(0, run(*args, data=self.data, stdin=text)).out.strip()
        self.assertIn("某人", line.good("case", "show", number, data=self.data).out)
        for wrong in (b"", b"[]", b"{", b'{"applicant": 5}', b'{"applicant": "x", "fields": 5}',
                      b'{"applicant": "x", "fields": {"uscc": 5}}', b'{"a": 1, "a": 2}', b"\xff"):
            with self.subTest(stdin=wrong):
                self.status(2, run(*args, data=self.data, stdin=wrong))


class Places(line.Case):
    """Data folders and files that are not what they should be."""

    def test_a_folder_that_is_none(self):
        for where in (self.path("absent"), self.path("file"), "/dev/null", "/proc"):
            open(self.path("file"), "w").close()
            with self.subTest(where=where):
                result = self.status(3, run("item", "list", data=where))
                self.assertIn(where, result.err)
                self.assertIn("init", result.err)

    def test_doctor_looks_at_the_disk_of_a_folder_that_is_still_to_be_made(self):
        rows = {row[1]: row for row in run("doctor", data=self.path("not", "yet")).rows}
        self.assertEqual(rows["data"][0], "warning")
        self.assertIn("anjuan init", rows["data"][2])
        self.assertRegex(rows["disk"][2], r"^\d+ MB free")

    def test_a_folder_is_made_once(self):
        where = line.new_store(self.path("once"))
        self.status(3, run("init", data=where))
        line.good("item", "list", data=where)

    def test_a_folder_with_other_things_in_it_is_left_alone(self):
        where = self.path("letters")
        os.mkdir(where)
        open(os.path.join(where, "letter.txt"), "w").close()
        self.status(3, run("init", data=where))
        self.assertEqual(os.listdir(where), ["letter.txt"])

    def test_wrong_origins_make_no_folder(self):
        for option, value in (("--region", "12"), ("--hall", "x"), ("--profile", "moon"),
                              ("--origin", "https://x"), ("--origin", "a b")):
            where = self.path("wrong")
            with self.subTest(option=option):
                self.status(2, run("init", option, value, data=where))
                self.assertFalse(os.path.exists(where))

    def test_missing_files(self):
        where = line.new_store(self.path("missing"))
        absent = self.path("absent.tif")
        for args in (("scan", "--from", absent), ("item", "import", absent), ("verify", absent),
                     ("calendar", "import", absent), ("codes", absent), ("page", absent)):
            with self.subTest(args=args):
                self.assertIn("absent.tif", self.status(3, run(*args, data=where)).err)

    def test_a_newer_schema_is_left_alone(self):
        where = line.new_store(self.path("newer"))
        path = os.path.join(where, "catalogue.db")
        database = sqlite3.connect(path)
        version = database.execute("PRAGMA user_version").fetchone()[0]
        database.execute("PRAGMA user_version = 9999")
        database.commit()
        database.close()
        result = self.status(4, run("item", "list", data=where))
        self.assertIn("newer", result.err)
        database = sqlite3.connect(path)
        database.execute(f"PRAGMA user_version = {version}")
        database.commit()
        database.close()
        line.good("item", "list", data=where)

    def test_a_newer_act_opens_for_reading_only(self):
        import hashlib
        import json
        where = line.new_store(self.path("act"))
        number = line.new_case(where)
        path = os.path.join(where, "journal", "0" * 16 + ".log")
        with open(path, "rb") as file:
            last = file.read().splitlines()[-1]
        record = json.loads(last)
        newer = dict(record, seq=record["seq"] + 1, prev=hashlib.sha256(b"\0" + last).hexdigest(),
                     act="case.teleport")
        with open(path, "ab") as file:
            file.write(json.dumps(newer, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        line.good("case", "show", number, data=where)
        self.status(4, run("case", "open", "--item", "100007", "--applicant", "x", data=where))
        line.good("find", number, data=where)

    def test_a_limit_on_files_is_a_sentence_and_nothing_is_half_done(self):
        where = line.new_store(self.path("limit"))
        size = max(os.path.getsize(os.path.join(parent, name))
                   for parent, _, names in os.walk(where) for name in names)
        before = line.good("log", data=where).out

        def limit():
            resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2, size // 2))

        # SIGXFSZ stays ignored, as Python has it: the write itself fails.
        result = run("case", "open", "--item", "100007", "--applicant", "某人", data=where,
                     preexec_fn=limit, restore_signals=False)
        self.status((0, 4), result)
        if result.status == 4:
            self.assertTrue(result.err.startswith("anjuan: "), result.err)
            self.assertEqual(line.good("log", data=where).out, before)
        line.new_case(where)
        line.good("log", "--verify", data=where)

    def test_output_that_cannot_be_written(self):
        where = line.new_store(self.path("output"))
        number = line.new_case(where)
        result = self.status((3, 4), run("receipt", number, "-o", self.path("no/such/r.pdf"), data=where))
        self.assertIn("r.pdf", result.err)
        result = self.status((3, 4), run("export", "--case", number, "-o", self.path("no/such/x.tar"),
                                         data=where))
        self.assertIn("x.tar", result.err)

    def test_a_lost_catalogue_is_made_again(self):
        where = line.new_store(self.path("rebuilt"))
        number = line.new_case(where)
        shown = line.good("case", "show", number, "--json", data=where).out
        line.good("rebuild", data=where)
        self.assertEqual(line.good("case", "show", number, "--json", data=where).out, shown)
        for name in os.listdir(where):
            if name.startswith("catalogue.db"):
                os.remove(os.path.join(where, name))
        self.assertEqual(line.good("case", "show", number, "--json", data=where).out, shown)

    def test_a_damaged_catalogue_says_what_to_do_and_that_mends_it(self):
        where = line.new_store(self.path("damaged"))
        number = line.new_case(where)
        shown = line.good("case", "show", number, "--json", data=where).out
        path = os.path.join(where, "catalogue.db")
        size = os.path.getsize(path)
        # Its first page, its schema, every page but those, no database at all.
        for at, length in ((100, 8), (0, 100), (4096, size - 4096), (0, size)):
            with self.subTest(at=at, length=length):
                for name in ("catalogue.db-wal", "catalogue.db-shm"):
                    self.assertFalse(os.path.exists(os.path.join(where, name)))
                with open(path, "r+b") as file:
                    file.seek(at)
                    file.write(b"\xa5" * length)
                result = self.status(4, run("case", "show", number, data=where))
                self.assertIn("anjuan rebuild", result.err)
                line.good("rebuild", data=where)
                self.assertEqual(line.good("case", "show", number, "--json", data=where).out, shown)
        line.good("fsck", "--read-data", data=where)

    def test_a_changed_journal_is_noticed_and_the_record_named(self):
        where = line.new_store(self.path("changed"))
        line.new_case(where)
        path = os.path.join(where, "journal", "0" * 16 + ".log")
        with open(path, "r+b") as file:
            text = file.read()
            at = text.index(b'"device') if b'"device' in text else text.index(b'"window":"001"') + 12
            file.seek(at)
            file.write(b"2")
        result = self.status(4, run("log", "--verify", data=where))
        self.assertRegex(result.err, r"record \d+|seq \d+|\d+")

    def test_a_missing_secret_is_named(self):
        where = line.new_store(self.path("secret"))
        number = line.new_case(where)
        shutil.rmtree(os.path.join(where, "secrets"))
        result = self.status(4, run("rebuild", data=where))
        self.assertIn("missing", result.err)
        line.good("case", "show", number, data=where)


if __name__ == "__main__":
    line.main()
