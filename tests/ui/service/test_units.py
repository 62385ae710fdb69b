#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The service as systemd sees it: its units' exposure, ready and watchdog, workers behind a socket;
what the package ships is made from the program's tables; doctor and self-test."""
import datetime
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import unittest

sys.dont_write_bytecode = True
SOURCE = os.environ["ANJUAN_SOURCE"]
sys.path.insert(0, os.path.join(SOURCE, "tests", "ui", "cli"))
import line  # noqa: E402
from line import ANJUAN, good, run  # noqa: E402
from test_device import Simulator  # noqa: E402
from test_office import LATER  # noqa: E402

UNITS = os.path.join(SOURCE, "images", "service")
# systemd-analyze security --threshold takes tenths.
THRESHOLDS = {"anjuan.service": 12, "anjuan-device@.service": 16, "anjuan-clock.service": 12}


class Units(unittest.TestCase):
    def test_exposure_is_within_the_thresholds(self):
        for unit, limit in THRESHOLDS.items():
            done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--no-pager",
                                   f"--threshold={limit}", os.path.join(UNITS, unit)],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stdout[-600:] + done.stderr)

    def test_units_are_well_formed(self):
        """Against a root of their own, in which the program and its manual are there."""
        with line.tempfile.TemporaryDirectory() as root:
            units = os.path.join(root, "units")
            os.mkdir(units)
            for name in os.listdir(UNITS):
                if name.endswith((".service", ".socket")):
                    with open(os.path.join(UNITS, name), encoding="utf-8") as file:
                        text = re.sub(r"^Documentation=.*\n", "", file.read(), flags=re.M)
                    with open(os.path.join(units, name), "w", encoding="utf-8") as file:
                        file.write(text.replace("/usr/bin/anjuan", "/bin/true"))
            done = subprocess.run(["systemd-analyze", "verify", "--man=no",
                                   *(os.path.join(units, name) for name in os.listdir(units))],
                                  capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_users_and_folders_are_well_formed(self):
        with line.tempfile.TemporaryDirectory() as root:
            os.makedirs(os.path.join(root, "etc"))
            with open(os.path.join(root, "etc", "group"), "w", encoding="utf-8") as file:
                file.write("lp:x:7:\ndialout:x:20:\n")
            folders = os.path.join(root, "anjuan.tmpfiles")
            with open(os.path.join(UNITS, "anjuan.tmpfiles"), encoding="utf-8") as source, \
                    open(folders, "w", encoding="utf-8") as file:
                text = source.read()
                # Root alone can give a folder away; the owners are users of the other file.
                file.write(text if os.geteuid() == 0 else re.sub(r"^(\S+ \S+ \S+) \S+ \S+", r"\1 - -", text, flags=re.M))
            for tool, path in (("systemd-sysusers", os.path.join(UNITS, "anjuan.sysusers")),
                               ("systemd-tmpfiles", folders)):
                if shutil.which(tool) is None:
                    self.fail(f"{tool} is missing: install systemd")
                create = ["--create"] if tool == "systemd-tmpfiles" else []
                done = subprocess.run([tool, *create, f"--root={root}", path],
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue(os.path.isdir(os.path.join(root, "etc", "anjuan")))


class Documents(unittest.TestCase):
    """One table: help, manual and completion cannot differ."""

    def verbs(self):
        names = {}
        for row in good("--help").out.splitlines():
            match = re.match(r"  ([a-z][a-z-]*(?: [a-z][a-z-]*)*) ", row)
            if match and not row.startswith("  --"):
                names[match.group(1)] = True
        self.assertGreater(len(names), 30)
        return names

    def test_the_manual_names_every_verb_in_both_languages(self):
        for lang in ("en", "zh"):
            page = good("document", "man", "--lang", lang).out
            for verb in self.verbs():
                self.assertIn(".SS anjuan " + verb.replace("-", r"\-"), page)

    def test_the_manual_is_sound_roff(self):
        for lang in ("en", "zh"):
            page = good("document", "man", "--lang", lang).out
            done = subprocess.run(["groff", "-man", "-Tutf8", "-K", "utf8", "-ww", "-z"],
                                  input=page.encode(), capture_output=True)
            self.assertEqual((done.returncode, done.stderr.decode()), (0, ""))

    def complete(self, *words):
        script = good("document", "completion").out + (
            f"\nCOMP_WORDS=({' '.join(repr(word) for word in words)})\n"
            f"COMP_CWORD={len(words) - 1}\ncompopt() {{ :; }}\n_anjuan anjuan '{words[-1]}'\n"
            'printf "%s\\n" "${COMPREPLY[@]}"\n')
        done = subprocess.run(["bash", "-euc", script], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        return set(done.stdout.split())

    def test_verbs_and_options_are_completed(self):
        self.assertIn("case", self.complete("anjuan", "ca"))
        self.assertIn("open", self.complete("anjuan", "case", ""))
        self.assertEqual(self.complete("anjuan", "case", "op"), {"open"})
        self.assertIn("--applicant", self.complete("anjuan", "case", "open", "--app"))

    def test_the_catalogue_is_taken_by_journalctl(self):
        with line.tempfile.TemporaryDirectory() as root:
            folder = os.path.join(root, "usr/lib/systemd/catalog")
            os.makedirs(folder)
            for lang, name in (("en", "anjuan.catalog"), ("zh", "anjuan.zh_CN.catalog")):
                with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                    file.write(good("document", "catalog", "--lang", lang).out)
            for command in ("--update-catalog", "--list-catalog"):
                done = subprocess.run(["journalctl", f"--root={root}", command],
                                      capture_output=True, text=True)
                self.assertEqual(done.returncode, 0, done.stderr)


class Service(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))

    def serve(self, **environment):
        return subprocess.Popen([ANJUAN, "serve", "--data", self.data, "--listen", "127.0.0.1:0"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                env=dict(os.environ, LC_ALL="C.UTF-8", **environment))

    def end(self, process):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0)

    def test_systemd_hears_ready_then_that_it_is_alive_then_the_end(self):
        path = self.path("notify")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(60)
            process = self.serve(NOTIFY_SOCKET=path, WATCHDOG_USEC="200000")
            heard = manager.recv(300).decode()
            self.assertTrue(heard.startswith("READY=1\nSTATUS=http://127.0.0.1:"), heard)
            self.assertEqual([manager.recv(300) for _ in range(3)], [b"WATCHDOG=1"] * 3)
            process.send_signal(signal.SIGTERM)
            while (heard := manager.recv(300)) == b"WATCHDOG=1":
                pass
            self.assertEqual(heard, b"STOPPING=1")
            process.communicate(timeout=60)

    def test_the_watchdog_starves_while_the_store_does_not_answer(self):
        path = self.path("notify-2")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(60)
            process = self.serve(NOTIFY_SOCKET=path, WATCHDOG_USEC="200000")
            manager.recv(300)
            journal = os.path.join(self.data, "journal")
            os.rename(journal, journal + ".away")
            try:
                while b"does not answer" not in process.stderr.readline():
                    pass
                manager.setblocking(False)
                with self.assertRaises(BlockingIOError):
                    while True:
                        manager.recv(300)
                while b"does not answer" not in process.stderr.readline():
                    pass
                with self.assertRaises(BlockingIOError):
                    manager.recv(300)
            finally:
                os.rename(journal + ".away", journal)
            manager.settimeout(60)
            self.assertEqual(manager.recv(300), b"WATCHDOG=1")
            self.end(process)

    def test_device_workers_are_reached_through_the_socket_of_systemd(self):
        path = self.path("device")
        script = self.path("script.json")
        with open(script, "w", encoding="utf-8") as file:
            file.write('{"sheets": [{"repeat": 2}]}')
        case = line.new_case(self.data)
        scan = ("scan", "--case", case, "--device", "script:" + script)
        manager = subprocess.Popen(["systemd-socket-activate", "--accept", "--seqpacket", "-l", path,
                                    "-E", "ASAN_OPTIONS", ANJUAN, "worker", "device"],
                                   stderr=subprocess.PIPE)
        try:
            while b"Listening" not in manager.stderr.readline():
                pass
            result = run(*scan, data=self.data, env={"ANJUAN_DEVICE_SOCKET": path})
            self.assertEqual(len(self.status((0, 1), result).rows), 2)
            self.assertIn(b"Connection from", manager.stderr.readline() + manager.stderr.readline())
        finally:
            manager.terminate()
            manager.communicate()
        self.status(4, run(*scan, data=self.data, env={"ANJUAN_DEVICE_SOCKET": path + "-gone"}))


class Clock(line.Case):
    """The process beside the daemon that tells how far the clock is to be believed."""

    def test_it_tells_again_and_again_until_it_cannot(self):
        folder = self.path("clock")
        os.mkdir(folder)
        told = os.path.join(folder, "trust")
        # Half a minute between two times goes by at once.
        fast = {**os.environ, **LATER, "FAKETIME": "+0 x1000", "ANJUAN_CLOCK": told, "LC_ALL": "C.UTF-8"}
        clock = subprocess.Popen([ANJUAN, "worker", "clock"], env=fast, stderr=subprocess.PIPE)
        while not os.path.exists(told):
            self.assertIsNone(clock.poll())
        with open(told, encoding="ascii") as file:
            self.assertRegex(file.read(), r"^(synced|holdover|unknown) \d+\n$")
        os.rename(folder, self.path("away"))
        _, why = clock.communicate(timeout=line.LIMIT_S)
        self.assertEqual(clock.returncode, 4)
        self.assertIn(b"trust", why)

    def test_without_a_file_to_tell_in_it_ends(self):
        done = subprocess.run([ANJUAN, "worker", "clock"], env=dict(os.environ, LC_ALL="C.UTF-8"),
                              capture_output=True, check=False, timeout=line.LIMIT_S)
        self.assertEqual(done.returncode, 2)
        self.assertIn(b"ANJUAN_CLOCK", done.stderr)


class Doctor(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data, "--phone", "13812345678")

    def states(self, status, verb="doctor", *args, data=None):
        result = self.status(status, run(verb, *args, data=data or self.data))
        return {row[1]: row[0] for row in result.rows if len(row) == 3}

    def test_a_sound_store_is_fine(self):
        states = self.states(0)
        for what in ("settings", "data", "signing-key", "journal", "catalogue", "page-worker", "fonts"):
            self.assertEqual(states[what], "fine", what)

    def test_a_missing_key_is_a_fault(self):
        copy = self.path("copy")
        shutil.copytree(self.data, copy)
        os.remove(os.path.join(copy, "keys", "signing.seed"))
        self.assertEqual(self.states(1, data=copy)["signing-key"], "fault")

    def test_a_wrong_setting_is_told_with_file_and_line(self):
        path = self.path("wrong.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write("[serve]\nlisten = here\n")
        result = self.status(1, run("doctor", "--config", path, data=self.data))
        self.assertIn(f"{path}:2", result.out)
        self.status(3, run("serve", "--config", path, data=self.data))

    def config(self, text):
        path = self.path("doctor.conf")
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        return "--config", path

    def test_no_data_folder_yet_is_told_and_no_fault(self):
        states = self.states(0, data=self.path("none"))
        self.assertEqual((states["data"], states["fonts"]), ("warning", "fine"))
        self.assertNotIn("journal", states)

    def test_a_catalogue_that_is_gone_or_damaged_is_told(self):
        copy = self.path("no-catalogue")
        shutil.copytree(self.data, copy)
        with open(os.path.join(copy, "catalogue.db"), "wb") as file:
            file.write(b"no database any more, and long enough to be taken for one" * 20)
        self.assertEqual(self.states(1, data=copy)["catalogue"], "fault")
        os.remove(os.path.join(copy, "catalogue.db"))
        self.assertEqual(self.states(0, data=copy)["catalogue"], "warning")

    def test_every_scanner_of_the_settings_is_asked(self):
        simulator = Simulator(self.folder)
        self.addCleanup(simulator.down)
        name = "escl:" + simulator.url
        devices = self.config(f"[devices]\nscanner = {name};escl:http://127.0.0.1:1/eSCL\n")
        for sheets, fault, state in ((0, {}, "fine"), (3, {}, "fine"), (3, {"fault": "cover"}, "warning")):
            with self.subTest(sheets=sheets, **fault):
                simulator.load(sheets, **fault)
                if fault:  # it is told once a sheet was asked for
                    self.status(1, run("device", "test", name, "--sheet"))
                result = self.status(1, run("doctor", *devices, data=self.data))
                found = {row[1]: row[0] for row in result.rows if row[1].startswith("scanner")}
                self.assertEqual(found, {"scanner-1 escl": state, "scanner-2 escl": "fault"})
                self.assertNotIn("127.0.0.1", result.out)

    def test_a_certificate_is_told_before_it_ends(self):
        serve = subprocess.Popen([ANJUAN, "serve", "--data", self.data, "--tls", "--listen", "127.0.0.1:0",
                                  "--no-browser"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.assertIn(b"https://", serve.stdout.readline())
        serve.terminate()
        serve.communicate()
        path = os.path.join(self.data, "tls", "server.pem")
        config = self.config(f"[serve]\ncertificate = {path}\nkey = {path}\n")
        row, = [row for row in good("doctor", *config, data=self.data).rows if row[1] == "certificate"]
        self.assertEqual(row[0], "fine")
        ends = datetime.datetime.strptime(row[2], "%Y-%m-%dT%H:%M:%SZ")
        for days, state, status in ((-3, "warning", 0), (3, "fault", 1)):
            at = dict(LATER, FAKETIME=f"@{ends + datetime.timedelta(days)}", TZ="UTC")
            result = self.status(status, run("doctor", *config, data=self.data, env=at))
            self.assertIn([state, "certificate", row[2]], result.rows)
        for text in ("no certificate", None):
            os.remove(path)
            if text is not None:
                with open(path, "w", encoding="ascii") as file:
                    file.write(text)
            self.assertEqual(self.states(1, "doctor", *config)["certificate"], "fault")

    def test_diagnostics_are_printed_or_fail_by_name(self):
        out = good("doctor", "--bundle", "-", data=self.data).out
        self.assertIn("[system]", out)
        result = run("doctor", "--bundle", self.path("no/such.txt"), data=self.data)
        self.status((3, 4), result)
        self.assertIn("such.txt", result.err)
        self.assertNotIn("[records]", good("doctor", "--bundle", "-", data=self.path("none")).out)

    def test_diagnostics_hold_nobody_and_no_case(self):
        path = self.path("diagnostics.txt")
        self.states(0, "doctor", "--bundle", path)
        with open(path, encoding="utf-8") as file:
            text = file.read()
        self.assertIn("case.open", text)
        for secret in ("13812345678", "苏州", self.number, self.number.replace("-", ""), self.data):
            self.assertNotIn(secret, text)

    def test_the_self_test_only_reads(self):
        def tree():
            found = {}
            for folder, _, names in os.walk(self.data):
                for name in names:
                    path = os.path.join(folder, name)
                    info = os.stat(path)
                    if not name.endswith("-shm"):
                        found[path] = (info.st_size, info.st_mtime_ns)
            return found
        before = tree()
        self.assertEqual(self.states(0, "selftest")["journal"], "fine")
        self.assertEqual(tree(), before)

    def test_the_self_test_refuses_records_it_does_not_know(self):
        copy = self.path("newer")
        shutil.copytree(self.data, copy)
        folder = os.path.join(copy, "journal")
        name = os.path.join(folder, [n for n in os.listdir(folder) if n.endswith(".log")][0])
        with open(name, encoding="utf-8") as file:
            rows = file.read().splitlines()
        with open(name, "a", encoding="utf-8") as file:
            file.write(rows[-1].replace('"act":"', '"act":"future.') + "\n")
        self.assertEqual(self.states(1, "selftest", data=copy)["journal"], "fault")

    def test_a_catalogue_of_a_newer_version_is_made_again(self):
        copy = self.path("newer-catalogue")
        shutil.copytree(self.data, copy)
        import sqlite3
        with sqlite3.connect(os.path.join(copy, "catalogue.db")) as base:
            base.execute("PRAGMA user_version = 9999")
        self.assertEqual(self.states(0, "selftest", data=copy)["catalogue"], "warning")
        self.status(4, run("case", "show", self.number, data=copy))
        good("rebuild", data=copy)
        self.assertIn(self.number, good("case", "show", self.number, data=copy).out)


if __name__ == "__main__":
    line.main()
