#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The Debian package: the same bytes from two folders, nothing that lintian minds, installed in a
clean Debian 12 root, and the case files still there after it was purged. Long: two whole builds."""
import filecmp
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = os.environ["ANJUAN_SOURCE"]
LONG = os.environ.get("ANJUAN_LONG") == "1"


def run(*command, **more):
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **more)
    assert done.returncode == 0, f"{command}: {done.returncode}\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
    return done.stdout


@unittest.skipUnless(LONG, "ANJUAN_LONG=1 builds the package")
class Package(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="anjuan-package-")
        cls.packages = [cls.build(name) for name in ("one", "another-folder")]

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def path(cls, *parts):
        return os.path.join(cls.holder.name, *parts)

    @classmethod
    def build(cls, name):
        tree = cls.path(name)
        shutil.copytree(SOURCE, tree, ignore=shutil.ignore_patterns("build", "node_modules", ".git"), symlinks=True)
        return run(os.path.join(tree, "images", "pack"), cls.path(name + ".out")).split()[-1]

    def test_two_builds_in_two_folders_are_byte_equal(self):
        self.assertTrue(filecmp.cmp(*self.packages, shallow=False))

    def test_lintian_minds_nothing(self):
        self.assertEqual(run("lintian", "--allow-root", "--fail-on", "error,warning", self.packages[0]).strip(), "")

    @unittest.skipUnless(os.geteuid() == 0, "a clean root needs root")
    def test_it_installs_on_a_clean_root_and_purging_leaves_the_data(self):
        inside = """set -e
apt-get install -y --no-install-recommends /anjuan.deb >/dev/null
anjuan --version
test "$(stat -c %U:%a /var/lib/anjuan)" = anjuan:700
setpriv --reuid anjuan --regid anjuan --clear-groups anjuan init --once --data /var/lib/anjuan
anjuan selftest
systemd-analyze verify --man=no anjuan.service anjuan-device.socket
apt-get purge -y anjuan >/dev/null
test -e /var/lib/anjuan/lock
test ! -e /usr/bin/anjuan -a ! -e /etc/anjuan
"""
        script = self.path("inside.sh")
        with open(script, "w", encoding="utf-8") as file:
            file.write(inside)
        run("unshare", "--mount", "--propagation", "private", "mmdebstrap", "--quiet", "--variant=minbase",
            "--include=systemd", "--dpkgopt=force-unsafe-io",
            f"--customize-hook=cp {self.packages[0]} $1/anjuan.deb",
            f"--customize-hook=cp {script} $1/inside.sh", "--customize-hook=chroot $1 sh /inside.sh",
            "bookworm", "/dev/null")


if __name__ == "__main__":
    program = unittest.main(exit=False, verbosity=1)
    result = program.result
    bad = len(result.failures) + len(result.errors)
    print(f"{max(0, result.testsRun - bad - len(result.skipped))} cases passed")
    sys.exit(1 if bad else 0)
