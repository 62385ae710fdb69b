#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every house rule is broken once, to see that it is noticed."""
import pathlib
import subprocess
import sys
import tempfile
import unittest

HOUSE = pathlib.Path(__file__).resolve().with_name("house")
SPDX = "/* SPDX-License-Identifier: Apache-2.0"
HEAD = SPDX + "\n *\n * What it is for.\n */\n#pragma once\n\n"
LIST = """#define LIST(X) \\
    X(USAGE, "usage", %s, 400, \\
      "wrong usage", "%s", \\
      "see help", "请看") \\

"""


class HouseRules(unittest.TestCase):
    def broken(self, files):
        with tempfile.TemporaryDirectory() as folder:
            for name, text in files.items():
                path = pathlib.Path(folder) / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
            done = subprocess.run([sys.executable, HOUSE, folder], capture_output=True, text=True,
                                  check=False)
        return done.returncode, done.stdout

    def holds(self, files):
        status, told = self.broken(files)
        self.assertEqual(status, 0, told)

    def breaks(self, rule, files):
        status, told = self.broken(files)
        self.assertEqual(status, 1, told)
        self.assertIn(rule, told)

    def source(self, body, name="drivers/a.c"):
        folder = name.rsplit("/", 1)[0]
        return {name: SPDX + " */\n" + body,
                folder + "/CMakeLists.txt": "add(" + name.rsplit("/", 1)[1] + ")"}

    def test_a_tree_in_order_holds(self):
        self.holds(self.source("int a(void);\n"))

    def test_an_arrow_upwards_is_noticed(self):
        self.breaks("drivers may not know storage", self.source('#include "storage/store.h"\n'))

    def test_a_library_away_from_home_is_noticed(self):
        self.breaks("<sqlite3.h> belongs to storage", self.source("#include <sqlite3.h>\n"))

    def test_sql_away_from_storage_is_noticed(self):
        self.breaks("SQL belongs to storage", self.source('x = "SELECT a FROM b";\n'))
        self.holds(self.source('x = "SELECT a FROM b";\n', "storage/a.c"))

    def test_a_banned_function_is_noticed_but_not_its_name_in_a_comment(self):
        self.breaks("sprintf() is banned", self.source("  sprintf(a, b);\n"))
        self.holds(self.source("/* sprintf( */ g_snprintf(a, 1, b);\n"))

    def test_a_test_that_sleeps_is_noticed(self):
        self.breaks("does not sleep", self.source("  sleep(1);\n", "tests/test_a.c"))

    def test_a_header_without_purpose_and_a_function_without_comment_are_noticed(self):
        self.breaks("does not say what it is for", {"drivers/a.h": "#pragma once\n"})
        bare = self.broken({"drivers/a.h": HEAD + "void start(int a);\n"})[1]
        self.assertIn("1 functions without a comment", bare)
        told = HEAD + "/* Begin. */\nvoid start(int a);\nvoid stop(int a);\n"
        self.assertIn("0 functions without", self.broken({"drivers/a.h": told})[1])

    def test_an_error_without_language_status_or_use_is_noticed(self):
        path = "appliance/base/error_list.h"
        use = self.source("ERROR_USAGE\n")
        self.holds({path: HEAD + LIST % (2, "用法"), **use})
        self.breaks("both languages", {path: HEAD + LIST % (2, ""), **use})
        self.breaks("exit or HTTP status", {path: HEAD + LIST % (9, "用法"), **use})
        self.breaks("never raised", {path: HEAD + LIST % (2, "用法")})

    def test_a_source_that_nothing_builds_is_noticed(self):
        self.breaks("no CMakeLists.txt names it", {"drivers/a.c": SPDX + " */\n"})

    def test_what_is_put_off_is_noticed(self):
        self.breaks("do it or drop it", self.source("/* TO" + "DO */\n"))

    def test_a_file_without_licence_is_noticed(self):
        self.breaks("no SPDX line", {"drivers/a.h": "\n"})


if __name__ == "__main__":
    result = unittest.main(exit=False).result
    print(f"{result.testsRun - len(result.failures) - len(result.errors)} cases passed")
    sys.exit(not result.wasSuccessful())
