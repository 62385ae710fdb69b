#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""What we write, judged by code that shares nothing with ours: the checkers beside this file,
Python's tarfile and zipfile, GNU tar and sha512sum.

test_foreign.py SAMPLES, where SAMPLES is the program that writes the samples.
"""
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import unittest
import zipfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import check_bag  # noqa: E402
import check_ocfl  # noqa: E402
import check_tlog  # noqa: E402

SAMPLES = sys.argv.pop(1)


def read(*parts):
    with open(os.path.join(*parts), "rb") as file:
        return file.read()


def flip(path, offset):
    with open(path, "r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 1]))


class Foreign(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="anjuan-foreign-")
        subprocess.run([SAMPLES, cls.folder], check=True)
        cls.vkey = read(cls.folder, "vkey").decode()

    @classmethod
    def tearDownClass(cls):
        shutil.rmtree(cls.folder)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def test_the_folder_is_a_bag(self):
        self.assertEqual(check_bag.check(self.path("bag")), [])

    def test_the_tar_is_the_same_bag_to_others(self):
        with tarfile.open(self.path("bag.tar"), "r:") as tar:
            members = tar.getmembers()
            self.assertEqual(members[0].name, "export-7/bagit.txt")
            for member in members:
                self.assertTrue(member.isfile())
                self.assertEqual((member.uid, member.gid, member.uname, member.gname,
                                  oct(member.mode), member.mtime),
                                 (0, 0, "", "", "0o644", 1763720000))
            tar.extractall(self.path("by-tarfile"))
        self.assertEqual(check_bag.check(self.path("by-tarfile", "export-7")), [])
        os.mkdir(self.path("by-tar"))
        subprocess.run(["tar", "-xf", self.path("bag.tar"), "-C", self.path("by-tar")], check=True)
        self.assertEqual(check_bag.check(self.path("by-tar", "export-7")), [])

    def test_the_zip_is_the_same_bag_to_others(self):
        with zipfile.ZipFile(self.path("bag.zip")) as archive:
            self.assertIsNone(archive.testzip())
            for member in archive.infolist():
                self.assertEqual(member.compress_type, zipfile.ZIP_STORED)
                self.assertEqual(member.extra, b"")
                self.assertTrue(member.flag_bits & 0x800)
            archive.extractall(self.path("by-zipfile"))
        self.assertEqual(check_bag.check(self.path("by-zipfile", "export-7")), [])

    def test_sha512sum_checks_the_manifests_as_they_stand(self):
        for name in ("manifest-sha512.txt", "tagmanifest-sha512.txt"):
            done = subprocess.run(["sha512sum", "-c", "--quiet", name], cwd=self.path("bag"),
                                  capture_output=True, check=False)
            self.assertEqual((done.returncode, done.stdout), (0, b""))

    def test_the_checker_of_bags_notices_damage(self):
        shutil.copytree(self.path("bag"), self.path("bad-bag"))
        flip(self.path("bad-bag", "data", "index.html"), 3)
        self.assertNotEqual(check_bag.check(self.path("bad-bag")), [])

    def test_the_vault_is_a_storage_root(self):
        self.assertEqual(check_ocfl.check(self.path("vault")), [])

    def test_the_checker_of_roots_notices_damage(self):
        shutil.copytree(self.path("vault"), self.path("bad-vault"))
        for parent, _, names in os.walk(self.path("bad-vault")):
            if "0006.tif" in names:
                flip(os.path.join(parent, "0006.tif"), 0)
        self.assertNotEqual(check_ocfl.check(self.path("bad-vault")), [])

    def test_the_log_holds(self):
        self.assertEqual(check_tlog.check_log(self.vkey, self.path("log")), 700)

    def test_the_proofs_of_a_bundle_hold(self):
        audit = self.path("bag", "audit")
        wanted = check_tlog.parse_checkpoint(read(audit, "checkpoint").decode(), self.vkey)
        proofs = [os.path.join(parent, name) for parent, _, names in os.walk(audit)
                  for name in names if name.endswith(".tlog-proof")]
        self.assertEqual(len(proofs), 3)
        for proof in proofs:
            record = read(proof.replace(".tlog-proof", ".entry"))
            self.assertEqual(
                check_tlog.check_inclusion(self.vkey, record, read(proof).decode()), wanted)
            with self.assertRaises(check_tlog.Refused):
                check_tlog.check_inclusion(self.vkey, record + b" ", read(proof).decode())
        old = read(self.folder, "old-checkpoint").decode()
        consistency = read(audit, "consistency-5").decode()
        self.assertEqual(check_tlog.check_consistency(self.vkey, old, consistency), wanted)

    def test_a_changed_checkpoint_is_refused(self):
        note = read(self.path("bag", "audit", "checkpoint")).decode()
        lines = note.split("\n")
        lines[1] = str(int(lines[1]) + 1)
        with self.assertRaises(check_tlog.Refused):
            check_tlog.parse_checkpoint("\n".join(lines), self.vkey)


if __name__ == "__main__":
    unittest.main()
