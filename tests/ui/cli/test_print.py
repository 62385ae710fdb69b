#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Printing from the command line: a receipt printer on a socket and on a serial line, a real CUPS, and
nothing lost while the printer is."""
import os
import pty
import shutil
import socket
import subprocess
import sys
import threading
import tty
import unittest

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import good, run  # noqa: E402

PATIENCE_S = 60
CUT = b"\x1dV"


class Slips:
    """What stands for the head of a receipt printer: answers DLE EOT, keeps what it prints."""

    def __init__(self):
        self.paper = True
        self.printed = bytearray()
        self.rest = b""   # of a command that is not whole yet
        self.picture = 0  # bytes of a picture still to come
        self.lock = threading.Lock()

    def take(self, data, answer):
        """Bytes from the host; `answer` sends one back."""
        with self.lock:
            self.rest += data
            while self.rest and self.step(answer):
                pass

    def keep(self, n):
        self.printed += self.rest[:n]
        self.rest = self.rest[n:]

    def step(self, answer):
        """One command, or what there is of a picture; False while more bytes are needed."""
        if self.picture > 0:
            n = min(self.picture, len(self.rest))
            self.picture -= n
            self.keep(n)
        elif self.rest[0] == 0x10:
            if len(self.rest) < 3:
                return False
            kind, self.rest = self.rest[2], self.rest[3:]
            answer(bytes([0x12 if self.paper else {2: 0x32, 4: 0x72}.get(kind, 0x12)]))
        elif self.rest[0] == 0x1d and self.rest[1:2] in (b"", b"v"):
            if len(self.rest) < 8:
                return False
            width, height = (int.from_bytes(self.rest[i:i + 2], "little") for i in (4, 6))
            self.picture = width * height
            self.keep(8)
        else:
            self.keep(1)
        return True


class SocketPrinter(Slips):
    """On a TCP port, as a printer with a network card."""

    def __init__(self):
        super().__init__()
        self.server = None
        self.port = 0
        self.switch_on()

    def switch_on(self):
        self.server = socket.create_server(("127.0.0.1", self.port))
        self.port = self.server.getsockname()[1]
        self.name = f"escpos:tcp:127.0.0.1:{self.port}"
        threading.Thread(target=self.accept, args=(self.server,), daemon=True).start()

    def switch_off(self):
        self.server.shutdown(socket.SHUT_RDWR)
        self.server.close()

    def accept(self, server):
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            with client:
                while data := client.recv(65536):
                    self.take(data, client.sendall)


class LinePrinter(Slips):
    """On a serial line."""

    def __init__(self):
        super().__init__()
        self.master, self.slave = pty.openpty()
        tty.setraw(self.master)
        tty.setraw(self.slave)
        self.name = "escpos:" + os.ttyname(self.slave)
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        while True:
            try:
                data = os.read(self.master, 65536)
            except OSError:
                return
            self.take(data, lambda answer: os.write(self.master, answer))


class Receipts(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data)
        cls.printer = SocketPrinter()

    def jobs(self):
        return line.as_json("print", "list", data=self.data)["jobs"]

    def test_01_without_a_printer_it_is_said(self):
        result = run("receipt", self.number, "--print", data=self.data)
        self.status(4, result)
        self.assertIn("no printer is set", result.err)

    def test_02_a_printer_is_set_and_asked(self):
        self.status(2, run("printer", "default", "lpt1", data=self.data))
        good("printer", "default", self.printer.name, data=self.data)
        self.assertEqual(good("printer", data=self.data).rows[0][:2], [self.printer.name, "ready"])

    def test_03_every_copy_of_a_paper_comes_out_and_is_recorded(self):
        good("receipt", self.number, "--print", data=self.data)
        self.assertEqual(self.printer.printed.count(CUT), 2)
        self.assertEqual([job["state"] for job in self.jobs()], ["printed"])
        records = [row for row in good("log", "--case", self.number, data=self.data).rows
                   if row[4] == "print"]
        self.assertEqual(len(records), 1)
        self.assertEqual([name for name in os.listdir(os.path.join(self.data, "print"))], ["lock"])

    def test_04_what_a_printer_without_paper_does_not_take_waits(self):
        self.printer.paper = False
        before = len(self.printer.printed)
        result = self.status(0, run("receipt", self.number, "--print", data=self.data))
        self.assertIn("no-paper", result.err)
        job = self.jobs()[-1]
        self.assertEqual((job["state"], job["problem"]), ("waiting", "no-paper"))
        self.assertEqual(len(self.printer.printed), before)
        self.assertEqual(run("printer", data=self.data).rows[0][1], "no-paper")
        self.status(4, run("print", "resume", data=self.data))

    def test_05_a_printer_that_is_off_loses_nothing_either(self):
        self.printer.switch_off()
        file = self.path("slip.pbm")
        with open(file, "wb") as out:
            out.write(b"P4\n16 2\n\xff\x00\x00\xff")
        result = self.status(4, run("print", file, data=self.data))
        self.assertEqual(result.rows[0][1:], ["waiting", "offline"])
        self.assertIn("offline", result.err)

    def test_06_resuming_prints_all_of_it_in_order(self):
        self.printer.switch_on()
        self.printer.paper = True
        before = self.printer.printed.count(CUT)
        rows = good("print", "resume", data=self.data).rows
        self.assertEqual([row[1] for row in rows], ["printed"] * 3)
        self.assertEqual(self.printer.printed.count(CUT), before + 3)
        self.status(0, run("print", "resume", data=self.data))
        self.assertEqual(self.printer.printed.count(CUT), before + 3)

    def test_07_a_reprint_is_marked_as_one(self):
        good("receipt", self.number, "-o", self.path("again.pdf"), data=self.data)
        text = subprocess.run(["pdftotext", self.path("again.pdf"), "-"], check=True,
                              capture_output=True).stdout.decode()
        self.assertRegex(text, "补打|重打|重印")

    def test_08_a_job_can_be_given_up(self):
        self.printer.paper = False
        file = self.path("slip.pbm")
        job = self.status(4, run("print", file, "--copies", "3", data=self.data)).rows[0][0]
        good("print", "cancel", job, data=self.data)
        self.status(1, run("print", "cancel", job, data=self.data))
        self.assertEqual(self.jobs()[-1]["state"], "cancelled")
        self.printer.paper = True
        good("print", "resume", data=self.data)

    def test_09_what_cannot_be_printed_is_refused_at_once(self):
        file = self.path("letter.txt")
        with open(file, "w", encoding="utf-8") as out:
            out.write("hello")
        before = len(self.jobs())
        self.status(3, run("print", file, data=self.data))
        self.status(3, run("print", self.path("nothing.pdf"), data=self.data))
        self.assertEqual(len(self.jobs()), before)

    def test_10_a_serial_line_does_as_well(self):
        printer = LinePrinter()
        result = good("print", self.path("slip.pbm"), "--printer", printer.name, data=self.data)
        self.assertEqual(result.rows[0][1], "printed")
        self.assertEqual(printer.printed.count(CUT), 1)


class Sink:
    """A printer as CUPS' socket backend knows it: whatever comes over a connection is one job."""

    def __init__(self):
        self.server = socket.create_server(("127.0.0.1", 0))
        self.port = self.server.getsockname()[1]
        self.jobs = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            with client:
                job = b""
                while data := client.recv(65536):
                    job += data
                if job:
                    self.jobs.append(job)


@unittest.skipUnless(shutil.which("cupsd") and os.path.exists("/usr/lib/cups/backend/socket") and
                     os.geteuid() == 0, "needs CUPS and root")
class Cups(line.Case):
    """A cupsd of its own with a raw queue to a printer on the network."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data)
        with socket.create_server(("127.0.0.1", 0)) as free:
            cls.port = free.getsockname()[1]
        # The backends of CUPS run as lp and must reach what they write.
        cls.root = subprocess.run(["mktemp", "-d", "/tmp/anjuan-cups-XXXXXX"], check=True,
                                  capture_output=True).stdout.decode().strip()
        cls.addClassCleanup(shutil.rmtree, cls.root, True)
        os.chmod(cls.root, 0o755)
        for name in ("root", "spool", "spool/tmp", "cache", "state", "log"):
            os.mkdir(os.path.join(cls.root, name))
        for name in ("spool", "spool/tmp", "cache", "state"):
            shutil.chown(os.path.join(cls.root, name), group="lp")
            os.chmod(os.path.join(cls.root, name), 0o770)
        cls.sink = Sink()
        cls.write("root/cupsd.conf", f"""Listen 127.0.0.1:{cls.port}
Browsing No
DefaultAuthType None
WebInterface No
LogLevel info
<Location />
  Order allow,deny
  Allow from 127.0.0.1
</Location>
<Policy default>
  JobPrivateAccess all
  JobPrivateValues none
  <Limit All>
    Order deny,allow
  </Limit>
</Policy>
""")
        cls.write("root/cups-files.conf", f"""ServerRoot {cls.root}/root
RequestRoot {cls.root}/spool
TempDir {cls.root}/spool/tmp
CacheDir {cls.root}/cache
StateDir {cls.root}/state
AccessLog {cls.root}/log/access_log
ErrorLog {cls.root}/log/error_log
PageLog {cls.root}/log/page_log
FileDevice Yes
SystemGroup root lpadmin
User lp
Group lp
Sandboxing relaxed
""")
        cls.daemon = subprocess.Popen(
            ["cupsd", "-f", "-c", cls.root + "/root/cupsd.conf", "-s",
             cls.root + "/root/cups-files.conf"], stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL)
        cls.addClassCleanup(cls.daemon.wait)
        cls.addClassCleanup(cls.daemon.terminate)
        cls.until(lambda: cls.lp("lpstat", "-r").stdout.startswith(b"scheduler is running"))
        cls.lp("lpadmin", "-p", "paper", "-E", "-v",
               f"socket://127.0.0.1:{cls.sink.port}", "-m", "raw", check=True)
        cls.name = f"ipp://127.0.0.1:{cls.port}/printers/paper"

    @classmethod
    def write(cls, name, text):
        with open(os.path.join(cls.root, name), "w", encoding="utf-8") as file:
            file.write(text)

    @classmethod
    def lp(cls, *args, check=False):
        return subprocess.run(args, env=dict(os.environ, CUPS_SERVER=f"127.0.0.1:{cls.port}"),
                              capture_output=True, check=check, timeout=PATIENCE_S)

    @classmethod
    def until(cls, holds):
        """Asks again, at most so often, until it is so; every question takes its time by itself."""
        for _ in range(2000):
            if holds():
                return
        raise AssertionError("it never came to that")

    def resumed(self):
        return run("print", "resume", data=self.data).status == 0

    def test_01_a_paper_goes_through_a_real_queue_byte_for_byte(self):
        good("printer", "default", self.name, data=self.data)
        good("receipt", self.number, "--print", "-o", self.path("receipt.pdf"), data=self.data)
        self.until(self.resumed)
        with open(self.path("receipt.pdf"), "rb") as paper:
            self.assertEqual(self.sink.jobs, [paper.read()])
        self.assertEqual(line.as_json("print", "list", data=self.data)["jobs"][-1]["state"], "printed")

    def test_02_a_stopped_queue_keeps_the_paper_here_until_it_runs_again(self):
        self.lp("cupsdisable", "paper", check=True)
        self.until(lambda: run("printer", data=self.data).rows[0][1] == "stopped")
        result = self.status(0, run("receipt", self.number, "--print", data=self.data))
        self.assertIn("stopped", result.err)
        self.assertEqual(len(self.sink.jobs), 1)
        self.lp("cupsenable", "paper", check=True)
        self.until(self.resumed)
        self.assertEqual(len(self.sink.jobs), 2)
        self.assertTrue(self.sink.jobs[1].startswith(b"%PDF"))

    def test_03_a_daemon_that_is_gone_is_offline_and_nothing_is_lost(self):
        self.daemon.terminate()
        self.daemon.wait()
        result = self.status(0, run("receipt", self.number, "--print", data=self.data))
        self.assertIn("offline", result.err)
        job = line.as_json("print", "list", data=self.data)["jobs"][-1]
        self.assertEqual((job["state"], job["problem"]), ("waiting", "offline"))


if __name__ == "__main__":
    line.main()
