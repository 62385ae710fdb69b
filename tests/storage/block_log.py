# SPDX-License-Identifier: Apache-2.0
"""A disk whose writes are written down, and what would be left of it had the power failed.

    Disk      a file system of its own; between `record` and `stop` every write to it is logged in
              order (QEMU's storage daemon, driver blklogwrites, exported over FUSE, as a loop device)
    crashes   the states of that disk: whatever was written before the last flush, and of what came
              after it nothing, everything, or some of it

A disk may lose what was not flushed, in any order; it may not lose what was. Format of the log:
sectors of 512 bytes; the first has magic, version, number of entries, sector size; each entry is a
sector (first sector, sectors, flags, length) and behind it the data (Linux, dm-log-writes).
"""
import os
import random
import shutil
import struct
import subprocess

SECTOR = 512
FLUSH, FUA, DISCARD = 1, 2, 4
TOOLS = ("qemu-storage-daemon", "losetup", "mkfs.ext4", "mount", "umount")


def missing():
    """Why no power can be cut here; None where it can."""
    if os.geteuid() != 0:
        return "cutting the power asks for root (loop devices)"
    for tool in TOOLS:
        if shutil.which(tool, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin") is None:
            return f"there is no {tool}"
    for device in ("/dev/fuse", "/dev/loop-control"):
        if not os.path.exists(device):
            return f"there is no {device}"
    return None


def tool(*words):
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    return subprocess.run([str(word) for word in words], check=True, capture_output=True, text=True,
                          env=dict(os.environ, PATH=path)).stdout.strip()


class Mounted:
    """The file system in an image, for as long as it is looked at."""

    def __init__(self, image, where):
        self.where = where
        os.makedirs(where, exist_ok=True)
        tool("mount", "-o", "loop", image, where)

    def __enter__(self):
        return self.where

    def __exit__(self, *_):
        tool("umount", self.where)


class Disk:
    def __init__(self, folder, megabytes):
        self.image = os.path.join(folder, "disk.img")
        self.start = os.path.join(folder, "start.img")
        self.log = os.path.join(folder, "writes.log")
        self.export = os.path.join(folder, "export")
        self.pid_file = os.path.join(folder, "daemon.pid")
        self.where = os.path.join(folder, "disk")
        self.loop = None
        with open(self.image, "wb") as file:
            file.truncate(megabytes << 20)
        tool("mkfs.ext4", "-q", "-F", "-J", "size=8", "-E", "lazy_itable_init=0,lazy_journal_init=0", self.image)

    def prepared(self):
        """To lay down what is there before."""
        return Mounted(self.image, self.where)

    def record(self):
        tool("cp", "--sparse=always", self.image, self.start)
        for path in (self.log, self.export):
            with open(path, "wb"):
                pass
        os.truncate(self.log, os.path.getsize(self.image))
        tool("qemu-storage-daemon", "--daemonize", "--pidfile", self.pid_file,
             "--blockdev", f"driver=file,filename={self.image},node-name=disk-file",
             "--blockdev", "driver=raw,file=disk-file,node-name=disk",
             "--blockdev", f"driver=file,filename={self.log},node-name=log-file",
             "--blockdev", "driver=raw,file=log-file,node-name=log",
             "--blockdev", "driver=blklogwrites,file=disk,log=log,log-super-update-interval=1,node-name=logged",
             "--export", f"type=fuse,id=export,node-name=logged,mountpoint={self.export},writable=on")
        self.loop = tool("losetup", "--find", "--show", self.export)
        tool("mount", self.loop, self.where)
        return self.where

    def written(self):
        """Entries of the log up to now."""
        with open(self.log, "rb") as file:
            return struct.unpack("<QQQI", file.read(28))[2]

    def stop(self):
        if self.loop is None:
            return
        tool("umount", self.where)
        tool("losetup", "--detach", self.loop)
        self.loop = None
        with open(self.pid_file, encoding="ascii") as file:
            os.kill(int(file.read()), 15)

    def entries(self):
        """(number from 1, flags, byte offset, data) in order."""
        with open(self.log, "rb") as file:
            count = struct.unpack("<QQQI", file.read(28))[2]
            at = SECTOR
            for number in range(1, count + 1):
                file.seek(at)
                sector, sectors, flags, _ = struct.unpack("<QQQQ", file.read(32))
                size = sectors * SECTOR
                file.seek(at + SECTOR)
                data = bytes(size) if flags & DISCARD else file.read(size)
                at += SECTOR + (0 if flags & DISCARD else size)
                yield number, flags, sector * SECTOR, data


def put(image, entries):
    with open(image, "r+b") as file:
        for _, _, offset, data in entries:
            file.seek(offset)
            file.write(data)


def subsets(dice, pending, few):
    """What of the writes since the last flush may have reached the disk."""
    forced = [entry for entry in pending if entry[1] & FUA]
    loose = [entry for entry in pending if not entry[1] & FUA]
    yield pending
    if loose:
        yield forced
        for _ in range(min(few, len(loose))):
            kept = {entry[0] for entry in loose if dice.random() < 0.5}
            yield [entry for entry in pending if entry[0] in kept or entry[1] & FUA]


def crashes(disk, image, seed, few):
    """(entries written, path of an image) for every flush and every write behind it: all that was
    written by then, nothing since the flush, and at most `few` draws of some of it. The image is
    made anew for each."""
    dice = random.Random(seed)
    base, pending = image + ".base", []
    tool("cp", "--sparse=always", disk.start, base)
    for entry in disk.entries():
        if entry[1] & FLUSH:
            put(base, pending)
            pending = []
        if entry[3]:
            pending.append(entry)
        for kept in subsets(dice, pending, few):
            tool("cp", "--sparse=always", base, image)
            put(image, kept)
            yield entry[0], image
