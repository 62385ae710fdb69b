# SPDX-License-Identifier: Apache-2.0
"""A guest under QEMU's emulation: two serial lines, a monitor, keys, sticks, and the plug to pull.

Line 0 is the appliance's console, line 1 a root shell that the copy under test opens for us
(systemd.debug_shell). The guest reaches nothing but what `services` names: an address of its network
and a port of this machine. The host reaches the ports forwarded on loopback.
"""
import codecs
import json
import os
import re
import select
import shutil
import socket
import subprocess
import time

FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.fd"
RELAY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "relay.py")
VARIABLES = "/usr/share/OVMF/OVMF_VARS_4M.fd"


class Line:
    """A serial line: what came so far, and waiting for more of it."""

    def __init__(self, path, process):
        self.seen, self.process = "", process
        self.socket = connect(path, process)
        # A letter may come in two pieces.
        self.decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def take(self, timeout):
        if select.select([self.socket], [], [], timeout)[0]:
            got = self.socket.recv(65536)
            if not got:
                raise ConnectionError(f"the guest is gone; last: {self.seen[-500:]!r}")
            self.seen += self.decoder.decode(got).replace("\r", "")

    def wait(self, pattern, limit_s):
        """The match; what came up to its end is used up."""
        expression, end = re.compile(pattern), time.monotonic() + limit_s
        while not (match := expression.search(self.seen)):
            if time.monotonic() > end:
                raise TimeoutError(f"{pattern!r} did not come; last: {self.seen[-700:]!r}")
            self.take(0.5)
        self.seen = self.seen[match.end():]
        return match

    def send(self, text):
        self.socket.sendall(text.encode())


def connect(path, process):
    end = time.monotonic() + 30
    while True:
        try:
            made = socket.socket(socket.AF_UNIX)
            made.connect(path)
            return made
        except OSError:
            made.close()
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.05)


class Guest:
    def __init__(self, work, disk, forwards=(), services=(), memory_mb=1024):
        self.work = work
        variables = os.path.join(work, "firmware.fd")
        if not os.path.exists(variables):
            shutil.copy(VARIABLES, variables)
        network = "user,id=net,restrict=on" + "".join(f",hostfwd=tcp:127.0.0.1:{host}-:{guest}"
                                                      for host, guest in forwards)
        network += "".join(f",guestfwd=tcp:{address}-cmd:python3 {RELAY} {port}" for address, port in services)
        lines = [os.path.join(work, f"line{n}.sock") for n in (0, 1)]
        arguments = [
            "qemu-system-x86_64", "-M", "q35", "-accel", "tcg,thread=multi,tb-size=512", "-smp", "2", "-cpu", "max",
            "-m", str(memory_mb),
            "-nodefaults", "-display", "none", "-vga", "std",
            "-drive", f"if=pflash,format=raw,readonly=on,file={FIRMWARE}",
            "-drive", f"if=pflash,format=raw,file={variables}",
            "-drive", f"file={disk},if=virtio,format=raw,discard=unmap",
            "-netdev", network, "-device", "virtio-net-pci,netdev=net", "-device", "qemu-xhci,id=xhci",
            "-device", "virtio-rng-pci", "-qmp", f"unix:{work}/monitor.sock,server=on,wait=off"]
        for n, path in enumerate(lines):
            if os.path.exists(path):
                os.unlink(path)
            arguments += ["-chardev", f"socket,id=line{n},path={path},server=on,wait=off,"
                                      f"logfile={work}/line{n}.log,logappend=on",
                          "-serial", f"chardev:line{n}"]
        if os.path.exists(f"{work}/monitor.sock"):
            os.unlink(f"{work}/monitor.sock")
        with open(os.path.join(work, "qemu.log"), "ab") as log:
            self.process = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.console, self.shell = (Line(path, self.process) for path in lines)
        self.monitor = connect(f"{work}/monitor.sock", self.process).makefile("rwb")
        json.loads(self.monitor.readline())
        self.ask("qmp_capabilities")

    def ask(self, command, **arguments):
        self.monitor.write(json.dumps({"execute": command, "arguments": arguments}).encode() + b"\n")
        self.monitor.flush()
        while True:
            answer = json.loads(self.monitor.readline())
            if "error" in answer:
                raise RuntimeError(f"{command}: {answer['error']}")
            if "return" in answer:
                return answer["return"]

    # ── the shell ──
    def open_shell(self, limit_s):
        """The shell starts early; ask until it answers."""
        end = time.monotonic() + limit_s
        while time.monotonic() < end:
            # An interactive shell outlives SIGTERM, and the whole machine would wait for it when it ends.
            self.shell.send("\ntrap exit TERM; stty -echo; PS1= PS2= TERM=dumb; echo shell-$((40+2))\n")
            try:
                self.shell.wait(r"shell-42\n", 20)
                return
            except TimeoutError:
                continue
        raise TimeoutError(f"no shell; last: {self.shell.seen[-500:]!r}")

    def run(self, command, limit_s=600):
        """(status, output) of a command."""
        mark = f"END{time.monotonic_ns()}"
        self.shell.seen = ""
        self.shell.send(f"{{ {command}\n}} 2>&1; echo {mark}-$?\n")
        end = time.monotonic() + limit_s
        while not (match := re.search(mark + r"-(\d+)\n", self.shell.seen)):
            if time.monotonic() > end:
                raise TimeoutError(f"{command!r} did not end; last: {self.shell.seen[-500:]!r}")
            self.shell.take(0.5)
        output, self.shell.seen = self.shell.seen[:match.start()], ""
        return int(match.group(1)), output.strip()

    def good(self, command, limit_s=600):
        status, output = self.run(command, limit_s)
        assert status == 0, f"{command!r}: exit {status}: {output[-800:]}"
        return output

    def until(self, command, what, limit_s):
        """Again and again until the command succeeds; its output."""
        end = time.monotonic() + limit_s
        while True:
            status, output = self.run(command)
            if status == 0:
                return output
            if time.monotonic() > end:
                raise TimeoutError(f"{what}: {output[-500:]}")
            time.sleep(1)

    # ── what a person does ──
    def type(self, text, gap_s=0.02):
        """As a reader does: one key after the other, digits and Enter."""
        for letter in text:
            key = {"type": "qcode", "data": {"\n": "ret"}.get(letter, letter)}
            for down in (True, False):
                self.ask("input-send-event", events=[{"type": "key", "data": {"down": down, "key": key}}])
                time.sleep(gap_s / 2)

    def plug_stick(self, name, path):
        self.ask("blockdev-add", driver="raw", **{"node-name": name, "read-only": True},
                 file={"driver": "file", "filename": path, "read-only": True})
        self.ask("device_add", driver="usb-storage", id=name, drive=name, bus="xhci.0")

    def plug(self, driver, name, **more):
        self.ask("device_add", driver=driver, id=name, bus="xhci.0", **more)

    def unplug(self, name):
        self.ask("device_del", id=name)

    def cut_power(self):
        """The process ends at once; what the guest had not flushed is gone."""
        self.process.kill()
        self.process.wait()

    def switch_off(self, limit_s):
        self.shell.send("\nsystemctl poweroff\n")
        self.process.wait(limit_s)

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
