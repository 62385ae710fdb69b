#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Archives that want to do harm, given to `anjuan verify` as an auditor would: each is refused with
the entry named, nothing is written anywhere, and memory stays below 64 MB (which is measured where
the program is built without a sanitizer)."""
import io
import os
import shutil
import struct
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile
import zlib

ANJUAN = os.environ["ANJUAN"]
MEMORY_MAX_KB = 64 * 1024
LIMIT_S = 300
LONG = os.environ.get("ANJUAN_LONG") == "1"
MANY = 1000000 if LONG else 210000  # the reader stops at 200,000
MEMBERS = 199000 if LONG else 60000  # that it takes
SAID_BYTES = 65536  # kept, lest this process grow: its memory counts as the program's while it starts
BOMB_BYTES = 2 << 30 if LONG else 256 << 20


def is_sanitized():
    with open(ANJUAN, "rb") as file:
        program = file.read()
    return b"__asan_init" in program or b"__tsan_init" in program


def tar_of(path, members):
    """(name, kind, link or bytes) in a row."""
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as tar:
        for name, kind, what in members:
            info = tarfile.TarInfo(name)
            info.type = kind
            if kind == tarfile.REGTYPE:
                info.size = len(what)
                tar.addfile(info, io.BytesIO(what))
            else:
                info.linkname = what
                tar.addfile(info)


def tar_head(name, size, kind=b"0"):
    """A block as it is: names that tarfile would not write."""
    block = bytearray(512)
    block[:len(name)] = name
    block[100:108] = b"0000644\0"
    block[108:116] = block[116:124] = b"0000000\0"
    block[124:136] = b"%011o\0" % size
    block[136:148] = b"00000000000\0"
    block[156:157] = kind
    block[257:265] = b"ustar\x0000"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def raw_tar(path, headers, closing=True):
    """Blocks one after the other."""
    with open(path, "wb") as file:
        for name, size, kind, body in headers:
            file.write(tar_head(name, size, kind) + body + b"\0" * (-len(body) % 512))
        if closing:
            file.write(b"\0" * 1024)


def zip_of(path, members, **more):
    with zipfile.ZipFile(path, "w", **more) as archive:
        for name, data in members:
            archive.writestr(name, data)


def link_in_zip(path):
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("bag/link")
        info.external_attr = 0o120777 << 16
        archive.writestr(info, "/etc/passwd")


def bomb(path):
    """A member of gigabytes of nothing, deflated to a few megabytes."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = bytes(1 << 20)
    body, crc = [], 0
    for _ in range(BOMB_BYTES >> 20):
        body.append(deflate.compress(block))
        crc = zlib.crc32(block, crc)
    body = b"".join(body) + deflate.flush()
    size = (BOMB_BYTES >> 20) << 20
    name = b"bag/data/bomb"
    head = struct.pack("<HHHHHIIIHH", 20, 0x800, 8, 0, 0x21, crc, len(body), size, len(name), 0)
    local = b"PK\3\4" + head + name + body
    entry = b"PK\1\2" + struct.pack("<H", 0x314) + head + struct.pack("<HHHII", 0, 0, 0, 0o100644 << 16, 0) + name
    end = b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(entry), len(local), 0)
    with open(path, "wb") as file:
        file.write(local + entry + end)


BASIC, TRANSFER, CATALOGUE = "基本信息元数据.xml", "归档移交清单.xml", "目录文件.XML"


def package(path, *pieces):
    """A list of cases of these pieces: bytes, or a function of a number and how often. What they come to
    never stands in this process, whose own memory counts as the program's while it starts."""
    with zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(f"1/{BASIC}", b"<base_info/>")
        with archive.open(TRANSFER, "w") as file:
            for piece in pieces:
                if isinstance(piece, bytes):
                    file.write(piece)
                else:
                    make, times = piece
                    for at in range(times):
                        file.write(make(at))


def many(text, times):
    """A piece again and again; %d is the number."""
    return (lambda at: text % at) if b"%d" in text else (lambda at: text), times


def many_in_transfer(path):
    """The same of DA/T 93."""
    def row(at):
        return "<文件><档号>%07d</档号></文件>".encode() % at

    size = len("<文件目录></文件目录>".encode()) + MEMBERS * len(row(0))
    with open(path, "wb") as file:
        file.write(tar_head(CATALOGUE.encode(), size) + "<文件目录>".encode())
        for at in range(MEMBERS):
            file.write(row(at))
        file.write("</文件目录>".encode() + b"\0" * (-size % 512))
        for at in range(MEMBERS):
            file.write(tar_head(b"Z/Z/%07d/a" % at, 0))
        file.write(b"\0" * 1024)


def many_in_package(path):
    """As many cases as members are read, and a row for each."""
    def row(at):
        return (b"<directories id='%07d'><documentNumber>1</documentNumber><documentBytes>1</documentBytes>"
                b"<digitalSummary>sha256:%064x</digitalSummary></directories>" % (at, at))

    size = len(b"<transfer></transfer>") + MEMBERS * len(row(0))
    with open(path, "wb") as file:
        file.write(tar_head(TRANSFER.encode(), size) + b"<transfer>")
        for at in range(MEMBERS):
            file.write(row(at))
        file.write(b"</transfer>" + b"\0" * (-size % 512))
        for at in range(MEMBERS):
            file.write(tar_head(b"%07d/a" % at, 0))
        file.write(b"\0" * 1024)


def laughs():
    """Entities of entities, nine deep."""
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{at + 1} "{f"&a{at};" * 10}">' for at in range(9))
    return f"<!DOCTYPE transfer [{entities}]><transfer>&a9;</transfer>".encode()


def many_in_tar(path):
    with open(path, "wb") as file:
        block = bytearray(512)
        block[100:108] = b"0000644\0"
        block[108:116] = block[116:124] = b"0000000\0"
        block[124:136] = block[136:148] = b"00000000000\0"
        block[156:157] = b"0"
        block[257:265] = b"ustar\x0000"
        for at in range(MANY):
            name = b"bag/%07d" % at
            block[:len(name)] = name
            block[148:156] = b" " * 8
            block[148:156] = b"%06o\0 " % sum(block)
            file.write(block)
        file.write(b"\0" * 1024)


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="anjuan-hostile-",
                                      dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
        cls.sanitized = is_sanitized()
        cls.peak = 0

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)
        if not cls.sanitized:
            print(f"peak memory {cls.peak // 1024} MB")

    def verify(self, path, named):
        """Exit status, whether `named` was said, the end of what was; nothing else appears beside the archive."""
        before = sorted(os.listdir(self.folder))
        with subprocess.Popen([ANJUAN, "verify", path], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              cwd=self.folder, env=dict(os.environ, LC_ALL="C.UTF-8")) as process:
            said, is_named = b"", False
            while block := process.stdout.read(SAID_BYTES):
                is_named = is_named or named.encode() in said[-len(named.encode()):] + block
                said = (said + block)[-SAID_BYTES:]
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(sorted(os.listdir(self.folder)), before)
        if not self.sanitized:
            type(self).peak = max(self.peak, usage.ru_maxrss)
            self.assertLess(usage.ru_maxrss, MEMORY_MAX_KB, path)
        return process.returncode, is_named, said.decode("utf-8", "replace")

    def refused(self, name, named, make, *args, **more):
        path = os.path.join(self.folder, name)
        with self.subTest(archive=name, named=named):
            make(path, *args, **more)
            status, is_named, said = self.verify(path, named)
            self.assertEqual(status, 1, said[-1000:])
            self.assertTrue(is_named, said[-1000:])
            self.assertTrue(said.rstrip().endswith("invalid"), said[-1000:])
        os.unlink(path)

    def test_names_that_lead_out(self):
        for name in ("../out", "bag/../../out", "/etc/passwd", "bag/./../../x", "bag//x/../../y",
                     "C:\\windows\\x", "bag\\..\\x"):
            shown = name.replace("\\", "\\\\")  # a cell of plain output
            self.refused("x.tar", shown, raw_tar, [(name.encode(), 1, b"0", b"x")])
            if "\\" not in name:
                self.refused("x.zip", name, zip_of, [(name, b"x")])

    def test_links_and_devices(self):
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE):
            self.refused("x.tar", "bag/link", tar_of,
                         [("bag/bagit.txt", tarfile.REGTYPE, b"x"), ("bag/link", kind, "/etc/passwd")])
        self.refused("x.zip", "bag/link", link_in_zip)

    def test_twins(self):
        self.refused("x.tar", "bag/a", tar_of, [("bag/a", tarfile.REGTYPE, b"1"),
                                                ("bag/a", tarfile.REGTYPE, b"2")])
        self.refused("x.tar", "a/b", tar_of, [("bag/a", tarfile.REGTYPE, b"1"),
                                              ("bag/a/b", tarfile.REGTYPE, b"2")])
        self.refused("x.tar", "other/a", tar_of, [("bag/a", tarfile.REGTYPE, b"1"),
                                                  ("other/a", tarfile.REGTYPE, b"2")])

    def test_wrong_encodings(self):
        self.refused("x.tar", "bag/", raw_tar, [(b"bag/\xff\xfe", 1, b"0", b"x")])
        self.refused("x.tar", "bag/", raw_tar, [(b"bag/a\x07b", 1, b"0", b"x")])
        self.refused("x.tar", "bag/", raw_tar, [(b"bag/\xc0\xae\xc0\xae", 1, b"0", b"x")])

    def test_huge_names(self):
        self.refused("x.tar", "bag/", tar_of, [("bag/" + "n" * 100000, tarfile.REGTYPE, b"x")])
        self.refused("x.zip", "bag/", zip_of, [("bag/" + "n" * 60000, b"x")])

    def test_sizes_that_are_none(self):
        self.refused("x.tar", "x.tar", raw_tar, [(b"bag/a", 0o77777777777, b"0", b"x")])

    def test_cut_off(self):
        self.refused("x.tar", "x.tar", raw_tar, [(b"bag/a", 100000, b"0", b"x" * 1000)], closing=False)
        self.refused("x.tar", "x.tar", raw_tar, [(b"bag/bagit.txt", 3, b"0", b"x\r\n")], closing=False)

    def test_a_bomb(self):
        self.refused("x.zip", "bag/data/bomb", bomb)

    def test_a_million_members(self):
        self.refused("x.tar", "bag/0200000", many_in_tar)

    def test_packages_that_want_memory(self):
        for pieces in ((laughs(),), (b'<!DOCTYPE t SYSTEM "file:///etc/passwd"><transfer>x</transfer>',),
                       (b"<transfer>", many(b"x" * 1024, 100 << 10), b"</transfer>"),
                       (b"<transfer a='", many(b"x" * 1024, 30 << 10), b"'/>"),
                       (b"<transfer><!--", many(b"x" * 1024, 30 << 10), b"--></transfer>"),
                       (b"<", many(b"x" * 1024, 30 << 10), b"/>"),
                       (many(b"<x>", 1000000),),
                       (b"<transfer>", many(b"<n%d/>", 1000000), b"</transfer>"),
                       (b"<transfer><n", many(b" a%d=''", 1000000), b"/></transfer>"),
                       (b"<transfer>", many(b"<directories id='%d'/>", 500000), b"</transfer>")):
            self.refused("x.zip", TRANSFER, package, *pieces)

    def test_a_package_of_very_many_cases(self):
        self.refused("x.tar", f"0000000/{BASIC}", many_in_package)

    def test_a_transfer_of_very_many_cases(self):
        self.refused("x.tar", "too-many-cases", many_in_transfer)

    def test_tag_files_out_of_place(self):
        good = [("bag/bagit.txt", tarfile.REGTYPE,
                 b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"),
                ("bag/data/a", tarfile.REGTYPE, b"a")]
        for name in ("bag/data/../manifest-sha256.txt", "bag/data/../../bagit.txt"):
            self.refused("x.tar", name, tar_of, good + [(name, tarfile.REGTYPE, b"x")])
        self.refused("x.tar", "fetch.txt", tar_of, good + [
            ("bag/fetch.txt", tarfile.REGTYPE, b"http://example.org/a - /etc/passwd\n"),
            ("bag/manifest-sha256.txt", tarfile.REGTYPE, b"0" * 64 + b"  /etc/passwd\n")])
        self.refused("x.tar", "manifest-sha256.txt", tar_of, good + [
            ("bag/manifest-sha256.txt", tarfile.REGTYPE, b"0" * 64 + b"  ../../etc/passwd\n")])


if __name__ == "__main__":
    unittest.main()
