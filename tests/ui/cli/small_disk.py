# SPDX-License-Identifier: Apache-2.0
"""A disk of a few megabytes in memory, of the test's own, to fill to the last byte.

Mounting asks for a namespace: a script that uses it calls `enter()` first, which runs it again
inside one, as root there whoever the user is. Where the machine allows no namespaces the script
runs as it is and `SmallDisk` skips its cases with that reason.
"""
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

INSIDE = "ANJUAN_SMALL_DISK"


def enter():
    if INSIDE in os.environ or shutil.which("unshare") is None:
        return
    words = ["unshare", "--map-root-user", "--mount"]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
        os.environ[INSIDE] = "1"
        os.execvp(words[0], [*words, sys.executable, *sys.argv])


def available_megabytes():
    with open("/proc/meminfo", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("MemAvailable")) // 1024


class SmallDisk:
    def __init__(self, megabytes):
        if INSIDE not in os.environ:
            raise unittest.SkipTest("this machine allows no mount namespaces")
        if available_megabytes() < 3 * megabytes:
            raise unittest.SkipTest("too little memory for a disk in it")
        self.folder = tempfile.mkdtemp(prefix="anjuan-disk-")
        self.filler = os.path.join(self.folder, "filler")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "anjuan", self.folder], check=True)

    def close(self):
        subprocess.run(["umount", "--lazy", self.folder], check=True)
        os.rmdir(self.folder)

    @property
    def free_bytes(self):
        found = os.statvfs(self.folder)
        return found.f_bavail * found.f_frsize

    def fill(self, leave_bytes=0):
        """Until so much is left."""
        with open(self.filler, "ab", buffering=0) as file:
            while self.free_bytes > leave_bytes:
                try:
                    file.write(bytes(min(1 << 20, self.free_bytes - leave_bytes)))
                except OSError:
                    break

    def make_room(self):
        os.remove(self.filler)
