#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The power fails at any write of a scan, a filing and an export: afterwards the store opens, the
export runs through, fsck finds every byte sound, and everything that was acknowledged is there.

With ANJUAN_LONG=1, as root; block_log.py says how. Without a sync before it nothing would hold:
`test_a_store_without_syncs_is_caught` shows that the bench sees it."""
import os
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__)),
                os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ui", "cli")]
import block_log  # noqa: E402
import line  # noqa: E402
from line import ANJUAN, good, run  # noqa: E402

DISK_MB = 1400  # no feed starts without room for a hundred sides
SHEETS = 4
SEED = int(os.environ.get("ANJUAN_SEED", "1"))
DRAWS = int(os.environ.get("ANJUAN_DRAWS", "1"))
WHY_NOT = block_log.missing() if line.LONG else "a long test: ANJUAN_LONG=1"


@unittest.skipIf(WHY_NOT, WHY_NOT)
class PowerLoss(unittest.TestCase):
    def setUp(self):
        holder = tempfile.TemporaryDirectory(prefix="anjuan-power-", dir=line.MEMORY)
        self.addCleanup(holder.cleanup)
        self.folder = holder.name
        self.disk = block_log.Disk(self.folder, DISK_MB)
        self.addCleanup(self.disk.stop)
        self.promises = []  # (entries written when it was told, what)
        line.pages("make", os.path.join(self.folder, "paper"), "--count", SHEETS, "--mode", "gray", "--dpi", "100")
        with self.disk.prepared() as where:
            data = line.new_store(os.path.join(where, "data"))
            self.scanned, self.filed = line.new_case(data), line.new_case(data)
            for question in ("agent", "name-change", "address-change", "legal-change"):
                good("case", "tick", self.filed, "--answer", question + "=no", data=data)
            run("scan", "--case", self.filed, "--from", os.path.join(self.folder, "paper"), data=data)
            good("case", "withdraw", self.filed, "--reason", "自己撤回", data=data)

    def promise(self, what):
        self.promises.append((self.disk.written(), what))

    def work(self, where):
        """A scan, a filing, an export; what they say is a promise from then on."""
        data = os.path.join(where, "data")
        with subprocess.Popen([ANJUAN, "scan", "--case", self.scanned, "--from", os.path.join(self.folder, "paper"),
                               "--data", data], stdout=subprocess.PIPE, env=dict(os.environ, LC_ALL="C.UTF-8")) as scan:
            for row in scan.stdout:
                if row.count(b"\t") >= 2:
                    self.promise(("side", row.decode().split("\t")[2]))
        self.assertEqual(len(self.promises), SHEETS)
        good("file", self.filed, data=data)
        self.promise(("filed", self.filed))
        good("export", "--case", self.filed, "-o", os.path.join(where, "bundle.tar"), data=data)
        self.promise(("bundle", None))

    def lost(self, where, written):
        """What is wrong with the store that the power left; nothing: []."""
        data, bundle = os.path.join(where, "data"), os.path.join(where, "bundle.tar")
        # As after any crash, what was begun is finished first; an export does that before its own work.
        again = os.path.join(self.folder, "again.tar")
        wrong = [repr(found) for found in (run("export", "--case", self.filed, "-o", again, data=data),
                                           run("fsck", "--read-data", data=data)) if found.status != 0]
        if os.path.exists(again):
            os.unlink(again)
        journal = run("log", data=data)
        if journal.status != 0:
            return wrong + [repr(journal)]
        if os.path.exists(bundle) and run("verify", bundle).status != 0:
            wrong.append("half a bundle")
        for told, (kind, what) in self.promises:
            if told > written:
                continue
            if kind == "side" and what not in journal.out:
                wrong.append(f"a side is not there: {what}")
            if kind == "filed" and "\tseal\t" not in journal.out:
                wrong.append("filed and not filed")
            if kind == "bundle" and not os.path.exists(bundle):
                wrong.append("the bundle is not there")
        return wrong

    def judge(self):
        """Every state of the disk: how many there are, and those that lost something."""
        states, bad = 0, []
        image, where = os.path.join(self.folder, "crash.img"), os.path.join(self.folder, "crash")
        for written, path in block_log.crashes(self.disk, image, SEED, DRAWS):
            with block_log.Mounted(path, where):
                wrong = self.lost(where, written)
            states += 1
            if wrong:
                bad.append((written, wrong))
        return states, bad

    def test_every_state_that_a_power_cut_leaves_has_what_was_told(self):
        self.work(self.disk.record())
        self.disk.stop()
        states, bad = self.judge()
        print(f"{states} crash states, {len(bad)} lost something")
        self.assertGreater(states, 50)
        self.assertEqual(bad[:3], [])

    def test_a_promise_without_a_sync_is_caught(self):
        where = self.disk.record()
        with open(os.path.join(where, "bundle.tar"), "wb") as file:
            file.write(bytes(200_000))
        self.promise(("bundle", None))
        self.disk.stop()
        self.assertGreater(len(self.judge()[1]), 0)


if __name__ == "__main__":
    line.main()
