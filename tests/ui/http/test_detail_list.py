#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The list of Chinese details beside the messages of the program: no row is dead, and what the API
itself says in words is known."""
import glob
import os
import re
import sys
import unittest

SOURCE = os.environ["ANJUAN_SOURCE"]
FOLDERS = ["ui/api", "ui/http", "ui/public", "appliance/counter", "appliance/casework", "appliance/intake",
           "appliance/printing"]
STRINGS = r'((?:"(?:[^"\\]|\\.)*"|PRI\w+|G_G\w+_FORMAT|FOLDER|[A-Z_]+_FORMATS?|\s)+)'


def read(path):
    with open(os.path.join(SOURCE, path), encoding="utf-8") as file:
        return file.read()


def joined(literal):
    """The parts of one literal; what is no text between them is a number."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|([A-Z]\w+)', literal)
    return "".join("d" if name else text for text, name in parts)


def sources(*folders):
    for folder in folders:
        for path in sorted(glob.glob(os.path.join(SOURCE, folder, "*.c"))):
            yield os.path.relpath(path, SOURCE), read(path)


def errors_of(text):
    return {joined(one) for one in re.findall(r"error_set\(\s*[&\w]+,\s*ERROR_\w+,\s*" + STRINGS, text)}


def choices_of(text):
    """Halves of a choice between two messages."""
    return {joined(one) for one in re.findall(r'[?:]\s*("(?:[^"\\]|\\.)*")', text)}


def shape(message):
    """Conversions become what a row writes for them."""
    return re.sub(r"%[-+ 0]*[\d.*]*(?:l|ll|z)?[a-zA-Z]", "*", message)


ROWS = re.findall(r'X\("((?:[^"\\]|\\.)*)", "((?:[^"\\]|\\.)*)"\)', read("ui/http/detail_list.h"))
# What only a program can send.
PROGRAMS = re.compile("bitonal")


def fits(row, said):
    return re.fullmatch(".+".join(re.escape(part) for part in row.split("*")), said) is not None


class Details(unittest.TestCase):
    def test_every_row_is_said_somewhere(self):
        said = {shape(message) for _, text in sources(*FOLDERS) for message in errors_of(text) | choices_of(text)}
        self.assertEqual([row for row, _ in ROWS if not any(fits(row, one) for one in said)], [])

    def test_what_the_api_says_in_words_is_known(self):
        unknown = [f"{path}: {said}" for path, text in sources("ui/api") for said in map(shape, sorted(errors_of(text)))
                   if re.search("[a-z]{2,} |[ ][a-z]{2,}", said) and re.match("[a-z*]", said) and not PROGRAMS.search(said)
                   and not any(fits(row, said) for row, _ in ROWS)]
        self.assertEqual(unknown, [])

    def test_stars_of_the_chinese_are_stars_of_the_english(self):
        for row, words in ROWS:
            for star in re.findall(r"\$(\d)", words):
                self.assertLessEqual(int(star), row.count("*"), row)


if __name__ == "__main__":
    result = unittest.main(argv=[sys.argv[0], "-v"], exit=False).result
    print(f"{result.testsRun - len(result.failures) - len(result.errors)} cases passed")
    sys.exit(not result.wasSuccessful())
