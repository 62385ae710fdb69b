#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Devices at the command line: found, tried, and fifty sheets duplex from each kind of feeder.

Every page carries its sheet and side as 24 cells (drivers/script_picture.h), which are read back
out of the stored files: what was fed is what is stored, in order, none missing and none twice.
"""
import json
import os
import pty
import re
import socket
import struct
import subprocess
import sys
import threading
import time
import unittest

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import line  # noqa: E402
from line import run  # noqa: E402

SIMULATOR = os.path.join(os.environ["ANJUAN_SOURCE"], "tests", "drivers", "escl_sim.py")
SANE_PORT = 6566  # the net backend knows no other
SHEETS = 50
WAIT_S = 60


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


class Simulator:
    """The project's eSCL simulator as a child."""

    def __init__(self, folder):
        self.control = os.path.join(folder, "escl.json")
        self.stack = 0
        self.port = 0
        self.child = None
        self.load(0)
        self.up()

    def load(self, sheets, **fault):
        self.stack += 1
        whole = self.control + ".new"
        write(whole, json.dumps({"stack": self.stack, "sheets": sheets, **fault}))
        os.rename(whole, self.control)

    def up(self):
        self.child = subprocess.Popen(
            [sys.executable, SIMULATOR, "--control", self.control, "--port", str(self.port)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.port = int(self.child.stdout.readline())

    def wait_until_stalled(self):
        self.child.stdout.readline()

    def down(self):
        self.child.communicate()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}/eSCL"


def directories(raw, order):
    """The tags of each page of a TIFF: lists of numbers by tag."""
    at = struct.unpack_from(order + "I", raw, 4)[0]
    while at:
        n = struct.unpack_from(order + "H", raw, at)[0]
        tags = {}
        for where in range(at + 2, at + 2 + 12 * n, 12):
            tag, kind, count = struct.unpack_from(order + "HHI", raw, where)
            form = {3: "H", 4: "I"}.get(kind)
            if form is None:
                continue
            small = count * struct.calcsize(form) <= 4
            start = where + 8 if small else struct.unpack_from(order + "I", raw, where + 8)[0]
            tags[tag] = struct.unpack_from(f"{order}{count}{form}", raw, start)
        yield tags
        at = struct.unpack_from(order + "I", raw, at + 2 + 12 * n)[0]


def number(width, height, row_at):
    """(sheet, side) that the cells of an 8-bit gray page say."""
    left, y = width // 8, height * 3 // 32
    span = width - 2 * left
    row = row_at(y)
    cells = [row[left + (2 * i + 1) * span // 48] < 128 for i in range(24)]
    value = sum(cell << (23 - i) for i, cell in enumerate(cells))
    assert cells[0] and not cells[22] and cells[23], bin(value)
    return value >> 3 & 0xFFFFF, "b" if value & 4 else "a"


def numbers(paths, scratch):
    """What the pictures of these files say, decoded by libtiff's own tool."""
    subprocess.run(["tiffcp", "-c", "none", "-r", "1", *paths, scratch], check=True,
                   capture_output=True)
    with open(scratch, "rb") as file:
        raw = file.read()
    for tags in directories(raw, "<" if raw[:2] == b"II" else ">"):
        yield number(tags[256][0], tags[257][0], lambda y: raw[tags[273][y]:][:tags[279][y]])


def every_side(sheets):
    return [(sheet, side) for sheet in range(1, sheets + 1) for side in "ab"]


class Devices(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.sim = Simulator(cls.folder)
        cls.airscan = cls.sane("airscan", "airscan.conf",
                               f'[devices]\n"Sim" = {cls.sim.url}, eSCL\n[options]\n'
                               "discovery = disable\nws-discovery = off\n")
        cls.test_backend = cls.sane("test", "test.conf", "geometry_max 420.0\n")

    @classmethod
    def tearDownClass(cls):
        cls.sim.down()
        super().tearDownClass()

    @classmethod
    def sane(cls, backend, name, text):
        """A folder of configuration of its own: SANE looks nowhere else."""
        folder = cls.path("sane-" + backend)
        os.makedirs(folder)
        write(os.path.join(folder, "dll.conf"), backend + "\n")
        write(os.path.join(folder, name), text)
        return {"SANE_CONFIG_DIR": folder}

    def scan(self, device, *args, env=None, expected=0):
        env = env or self.test_backend
        case = line.new_case(self.data)
        result = run("scan", "--case", case, "--device", device, "--mode", "gray", "--dpi", "100",
                     *args, data=self.data, env=env, limit_s=600)
        self.status(expected, result)
        return case, result

    def sides(self, case):
        return [(side["sheet"], side["side"], os.path.join(self.data, side["file"]))
                for side in line.as_json("case", "show", case, data=self.data)["sides"]]

    def stored_in_order(self, case, result, sheets=SHEETS):
        """What was told, what the case holds and what the pictures say are all the same."""
        self.assertEqual([(int(row[0]), row[1]) for row in result.rows], every_side(sheets))
        self.assertEqual({row[3] for row in result.rows}, {"stored"})
        kept = sorted(self.sides(case))
        self.assertEqual([(sheet, side) for sheet, side, _ in kept], every_side(sheets))
        self.assertEqual(list(numbers([path for _, _, path in kept], self.path("scratch.tif"))),
                         every_side(sheets))

    # ── what there is ──────────────────────────────────────────────────────────────────────

    def test_what_is_there_is_listed(self):
        script = write(self.path("listed.json"), '{"sheets": [{"repeat": 1}]}')
        escl = "escl:" + self.sim.url
        result = self.status(0, run("device", "list", "--device", escl, "--device",
                                    "script:" + script, "--device", "escl:http://127.0.0.1:9/eSCL",
                                    env=self.test_backend))
        kinds = {row[0]: row[1] for row in result.rows}
        self.assertEqual(kinds["sane:test:0"], "scanner")
        self.assertEqual(kinds[escl], "scanner")
        self.assertEqual(kinds["script:" + script], "scanner")
        self.assertNotIn("escl:http://127.0.0.1:9/eSCL", kinds)
        model = next(row for row in result.rows if row[0] == escl)
        self.assertEqual(model[3:], ["Sim S1", "SIM0001"])

    def test_a_reader_on_a_line_and_a_receipt_printer_are_listed_by_their_names(self):
        with Line() as reader, Receipts() as printer:
            rows = self.status(0, run("device", "list", "--device", reader.name, "--device",
                                      printer.name, "--device", "serial:/dev/none",
                                      env=self.test_backend)).rows
        kinds = {row[0]: row[1] for row in rows}
        self.assertEqual(kinds[reader.name], "reader")
        self.assertEqual(kinds[printer.name], "printer")
        self.assertNotIn("serial:/dev/none", kinds)

    def test_a_scanner_tells_what_it_can(self):
        self.sim.load(3)
        told = dict(self.status(0, run("device", "test", "escl:" + self.sim.url)).rows)
        self.assertIn("duplex", told["features"].split(","))
        self.assertEqual((told["paper"], told["state"]), ("loaded", "ok"))

    def test_one_sheet_is_fed_and_looked_at(self):
        self.sim.load(3)
        for device, env in (("escl:" + self.sim.url, {}), ("sane:test:0", self.test_backend)):
            with self.subTest(device=device):
                told = dict(self.status(0, run("device", "test", device, "--sheet", env=env)).rows)
                self.assertEqual((told["sheet"], told["state"]), ("seen", "ok"))
                self.assertRegex(told["size"], r"^\d+x\d+$")

    def test_a_scanner_in_trouble_says_what_the_hands_do(self):
        self.sim.load(3, fault="cover", at=1)
        result = self.status(1, run("device", "test", "escl:" + self.sim.url, "--sheet"))
        self.assertEqual(dict(result.rows)["state"], "cover-open")
        self.assertIn("cover", result.err)

    def test_a_device_that_is_not_there(self):
        for name in ("escl:http://127.0.0.1:9/eSCL", "sane:test:9", "serial:/dev/none", "nothing:x"):
            with self.subTest(device=name):
                self.status(4, run("device", "test", name, env=self.test_backend))

    def test_a_reader_shows_its_next_code(self):
        with Line() as reader:
            reader.say_until_heard(b"9910002\r\n99100089\r\n")
            told = dict(self.status(0, run("device", "test", reader.name)).rows)
        self.assertEqual((told["state"], told["kind"]), ("code", "foreign"))
        self.assertEqual(told["code"], "9910002")

    def test_a_reader_that_reads_nothing_is_told(self):
        with Line() as reader:
            result = self.status(1, run("device", "test", reader.name, "--seconds", "1"))
        self.assertEqual(dict(result.rows)["state"], "silent")

    def test_a_receipt_printer_prints_a_card(self):
        with Receipts() as printer:
            told = dict(self.status(0, run("device", "test", printer.name)).rows)
        self.assertEqual((told["state"], told["page"]), ("ready", "printed"))
        self.assertIn(b"\x1dv0", printer.got)
        self.assertGreater(len(printer.got), 384 // 8 * 100)

    # ── fifty sheets, both sides ───────────────────────────────────────────────────────────

    def script(self, *events):
        return "script:" + write(self.path("fifty.json"), json.dumps(
            {"sheets": [{"repeat": SHEETS}], "place": f"place-{time.monotonic_ns()}",
             "events": list(events)}))

    @unittest.skipUnless(line.LONG, "the stack with a jam says as much")
    def test_script(self):
        self.stored_in_order(*self.scan(self.script(), "--duplex"))

    def test_script_with_a_jam_at_sheet_17(self):
        for back in (False, True) if line.LONG else (True,):
            with self.subTest(back=back):
                device = self.script({"at": 17, "back": back, "do": "jam"})
                self.stored_in_order(*self.scan(device, "--duplex", "--continue", "1"))

    def test_script_that_is_lost_and_comes_back(self):
        device = self.script({"at": 17, "back": True, "row": 40, "do": "lost", "ms": 300})
        self.stored_in_order(*self.scan(device, "--duplex", "--continue", "1"))

    def test_escl(self):
        self.sim.load(SHEETS)
        self.stored_in_order(*self.scan("escl:" + self.sim.url, "--duplex"))

    def test_escl_with_a_fault_at_sheet_17(self):
        faults = [("jam", 33), ("drop", 34), ("early-end", 34)]
        if line.LONG:
            faults = [(fault, at) for at in (33, 34) for fault in
                      ("jam", "double-feed", "cover", "drop", "chunked-drop", "early-end", "mispick")]
        for fault, at in faults:
            with self.subTest(fault=fault, at=at):
                self.sim.load(SHEETS, fault=fault, at=at)
                self.stored_in_order(*self.scan("escl:" + self.sim.url, "--duplex", "--continue",
                                                "1"))

    def test_escl_that_is_switched_off_within_the_batch_and_comes_back(self):
        self.sim.load(SHEETS, fault="stall", at=34)
        device = "escl:" + self.sim.url
        back = threading.Thread(target=self.switch_off_and_on)
        back.start()
        case, result = self.scan(device, "--duplex", "--continue", "1")
        back.join()
        # Sheets 1 to 16 are stored; the whole stack was put in again behind them.
        kept = sorted(self.sides(case))
        self.assertEqual([(sheet, side) for sheet, side, _ in kept], every_side(16 + SHEETS))
        self.assertEqual(list(numbers([path for _, _, path in kept], self.path("scratch.tif"))),
                         every_side(16) + every_side(SHEETS))
        self.assertEqual(len(result.rows), len(kept))

    def switch_off_and_on(self):
        self.sim.wait_until_stalled()
        self.sim.down()
        self.sim.load(SHEETS)
        self.sim.up()

    @unittest.skipUnless(line.LONG, "the stack with a jam says as much")
    def test_airscan(self):
        self.sim.load(SHEETS)
        self.stored_in_order(*self.scan("sane:airscan:e0:Sim", "--duplex", env=self.airscan))

    def test_airscan_with_a_jam_at_sheet_17(self):
        for at in (33, 34) if line.LONG else (34,):
            with self.subTest(at=at):
                self.sim.load(SHEETS, fault="jam", at=at)
                self.stored_in_order(*self.scan("sane:airscan:e0:Sim", "--duplex", "--continue", "1",
                                                env=self.airscan))

    def test_saned(self):
        with Saned(self) as server:
            for fault in [{}] * line.LONG + [{"fault": "jam", "at": 33}]:
                with self.subTest(fault=fault):
                    self.sim.load(SHEETS, **fault)
                    self.stored_in_order(*self.scan(server.device, "--duplex", "--continue", "1",
                                                    env=server.client))

    def test_sanes_own_test_backend_stack_after_stack(self):
        """It feeds ten sheets, one side each, all alike, and cannot jam at a sheet of one's choice:
        fifty sheets are five batches, and a jam is one that begins with it."""
        case = line.new_case(self.data)
        for batch in range(SHEETS // 10):
            result = self.status(0, run(
                "scan", "--case", case, "--device", "sane:test:0", "--mode", "gray", "--dpi", "50",
                data=self.data, env=self.test_backend))
            self.assertEqual([int(row[0]) for row in result.rows], list(range(1, 11)), batch)
        self.assertEqual(len(self.sides(case)), SHEETS)

    def test_sanes_own_test_backend_with_a_jam(self):
        jammed = self.sane("test-jam", "test.conf",
                           "geometry_max 420.0\nread-status-code \"SANE_STATUS_JAMMED\"\n")
        write(os.path.join(jammed["SANE_CONFIG_DIR"], "dll.conf"), "test\n")
        _, result = self.scan("sane:test:0", env=jammed, expected=4)
        self.assertEqual(result.rows, [])
        self.assertIn("jam", result.err)
        _, result = self.scan("sane:test:0")
        self.assertEqual(len(result.rows), 10)

    def test_hot_folder(self):
        folder = self.path("hot")
        os.makedirs(os.path.join(folder, "inbox"))
        script = self.script()
        made, _ = self.scan(script, "--duplex")
        for sheet, side, path in self.sides(made):
            os.link(path, os.path.join(folder, "inbox", f"{sheet:04d}-{side}.tif"))
        case, result = self.scan("folder:" + folder)
        self.assertEqual(len(result.rows), 2 * SHEETS)
        kept = sorted(self.sides(case))
        self.assertEqual(list(numbers([path for _, _, path in kept], self.path("scratch.tif"))),
                         every_side(SHEETS))
        self.assertEqual(len(os.listdir(os.path.join(folder, "done"))), 2 * SHEETS)


class Line:
    """A serial line whose other end is ours."""

    def __enter__(self):
        self.ours, theirs = pty.openpty()
        self.name = "serial:" + os.ttyname(theirs)
        os.close(theirs)
        self.over = False
        self.speaker = None
        return self

    def say_until_heard(self, text):
        """Says it as soon as the line is open at its other end (before, it would be echoed)."""
        def speak():
            import select
            import termios
            until = time.monotonic() + WAIT_S
            poll = select.poll()
            poll.register(self.ours, 0)
            while not self.over and time.monotonic() < until:
                hung_up = any(event & select.POLLHUP for _, event in poll.poll(20))
                if not hung_up and not termios.tcgetattr(self.ours)[3] & termios.ECHO:
                    os.write(self.ours, text)
                    return
        self.speaker = threading.Thread(target=speak)
        self.speaker.start()

    def __exit__(self, *_):
        self.over = True
        if self.speaker is not None:
            self.speaker.join()
        os.close(self.ours)


class Receipts:
    """An ESC/POS printer on a socket: keeps what it is told, answers DLE EOT with "all well"."""

    def __enter__(self):
        self.got = b""
        self.door = socket.create_server(("127.0.0.1", 0))
        self.name = f"escpos:tcp:127.0.0.1:{self.door.getsockname()[1]}"
        self.server = threading.Thread(target=self.serve)
        self.server.start()
        return self

    def serve(self):
        while True:
            try:
                client, _ = self.door.accept()
            except OSError:
                return
            with client:
                self.listen(client)

    def listen(self, client):
        while True:
            try:
                text = client.recv(65536)
            except OSError:
                return
            if not text:
                return
            self.got += text
            for _ in re.findall(rb"\x10\x04[\x01\x02\x04]", text):
                client.sendall(b"\x12")

    def __exit__(self, *_):
        self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()
        self.server.join()


class Saned:
    """saned before sane-airscan before the simulator, on a loopback address of its own."""

    def __init__(self, case):
        address = f"127.{os.getpid() >> 8 & 0xff}.{os.getpid() & 0xff}.2"
        self.address = address
        self.server = case.airscan
        write(os.path.join(case.airscan["SANE_CONFIG_DIR"], "saned.conf"), "127.0.0.0/8\n")
        self.client = case.sane("net", "net.conf", f"connect_timeout = 5\n{address}\n")
        self.device = f"sane:net:{address}:airscan:e0:Sim"

    def __enter__(self):
        self.child = subprocess.Popen(["/usr/sbin/saned", "-l", "-b", self.address, "-e"],
                                      env=dict(os.environ, **self.server), process_group=0,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + WAIT_S
        while time.monotonic() < until:
            try:
                socket.create_connection((self.address, SANE_PORT), 1).close()
                return self
            except OSError:
                time.sleep(0.02)  # until a foreign program listens: nothing tells when
        raise TimeoutError("saned")

    def __exit__(self, *_):
        os.killpg(self.child.pid, 9)
        self.child.wait()


if __name__ == "__main__":
    line.main()
