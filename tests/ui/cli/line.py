# SPDX-License-Identifier: Apache-2.0
"""What the scripts of this folder share: running the built program, and paper for it.

$ANJUAN is the program, $ANJUAN_BUILD the build folder (for anjuan-pages). Every script prints
"N cases passed" at its end.
"""
import json
import os
import subprocess
import sys
import tempfile
import unittest

ANJUAN = os.environ["ANJUAN"]
BUILD = os.environ["ANJUAN_BUILD"]
PAGES = os.path.join(BUILD, "tests", "pages", "anjuan-pages")
LONG = os.environ.get("ANJUAN_LONG") == "1"
LIMIT_S = 120
# No power is cut here: memory does as well as a disk, and faster.
MEMORY = "/dev/shm" if os.path.isdir("/dev/shm") else None
FIELDS = ["applicant=苏州某某有限公司", "applicant_licence=苏州某某有限公司", "uscc=91320583MA1ABCD2XM"]


class Result:
    def __init__(self, done):
        self.status = done.returncode
        self.out = done.stdout.decode("utf-8", "replace")
        self.err = done.stderr.decode("utf-8", "replace")

    @property
    def rows(self):
        return [line.split("\t") for line in self.out.splitlines()]

    def __repr__(self):
        return f"exit {self.status}\n{self.out}\n{self.err}"


def run(*args, data=None, stdin=b"", limit_s=LIMIT_S, **more):
    """The program with these arguments, in English."""
    args = [str(arg) for arg in args]
    if data is not None:
        args += ["--data", data]
    environment = dict(os.environ, LC_ALL="C.UTF-8")
    # A crash under a sanitizer must not look like one of the program's own exit statuses.
    environment["ASAN_OPTIONS"] = environment.get("ASAN_OPTIONS", "") + ":exitcode=99"
    environment["UBSAN_OPTIONS"] = environment.get("UBSAN_OPTIONS", "") + ":exitcode=99"
    environment["LSAN_OPTIONS"] = "exitcode=98:print_suppressions=0"
    environment.update(more.pop("env", {}))
    return Result(subprocess.run([ANJUAN, *args], input=stdin, capture_output=True, timeout=limit_s,
                                 env=environment, check=False, **more))


def good(*args, **more):
    result = run(*args, **more)
    assert result.status == 0, (args, result)
    return result


def as_json(*args, **more):
    return json.loads(good(*args, "--json", **more).out)


def pages(kind, folder, *args):
    """Images alone in `folder`; what describes them stands beside it."""
    made = folder + ".made"
    os.makedirs(made, exist_ok=True)
    subprocess.run([PAGES, kind, "--out", made, *map(str, args)], check=True, capture_output=True,
                   timeout=LIMIT_S)
    os.rename(os.path.join(made, "sides"), folder)


def session(folder, plan, *args):
    """A stack of images in `folder`, as a duplex feeder hands them out."""
    path = folder + ".plan.json"
    with open(path, "w", encoding="utf-8") as file:
        json.dump(plan, file)
    pages("session", folder, "--plan", path, *args)


def new_store(folder, *args):
    good("init", "--samples", *args, data=folder)
    return folder


def new_case(data, *args):
    fields = [part for field in FIELDS for part in ("--field", field)]
    return good("case", "open", "--item", "100007", "--applicant", "苏州某某有限公司", *fields, *args,
                data=data).out.strip()


class Case(unittest.TestCase):
    """Cases that share a folder; it goes away behind them."""

    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="anjuan-cli-", ignore_cleanup_errors=True,
                                                 dir=MEMORY)
        cls.folder = cls.holder.name
        cls.prepare()

    @classmethod
    def prepare(cls):
        pass

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def path(cls, *parts):
        return os.path.join(cls.folder, *parts)

    def status(self, expected, result):
        allowed = expected if isinstance(expected, tuple) else (expected,)
        self.assertIn(result.status, allowed, repr(result))
        return result


def main():
    program = unittest.main(exit=False, verbosity=1)
    result = program.result
    # A case fails once, however many of its subtests do.
    failed = {str(getattr(test, "test_case", test)) for test, _ in result.failures + result.errors}
    print(f"{max(0, result.testsRun - len(failed) - len(result.skipped))} cases passed")
    sys.exit(1 if failed else 0)
