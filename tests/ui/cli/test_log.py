#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The journal at the command line: its records, its signed checkpoint, a new signing key, and the
proofs an auditor checks one by one, made here by a script that shares nothing with the program."""
import base64
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "..", "..", "storage")]
import check_tlog  # noqa: E402
import line  # noqa: E402
from line import as_json, good, run  # noqa: E402

SECOND = b"secret-2\n"


class Log(line.Case):
    """One journal; what is changed for good comes last."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        for name, role, pin in (("王管", "admin", b"secret-1\n"), ("赵督", "supervisor", SECOND),
                                ("钱收", "clerk", b"secret-3\n")):
            good("user", "add", "--name", name, "--role", role, data=cls.data, stdin=pin)
        first = as_json("log", "--checkpoint", data=cls.data)
        cls.old, cls.vkey = first["checkpoint"], first["vkey"]
        cls.number = line.new_case(cls.data)
        cls.note = good("log", "--checkpoint", data=cls.data).out
        cls.size, cls.root = check_tlog.parse_checkpoint(cls.note, cls.vkey)
        cls.records = []
        folder = os.path.join(cls.data, "journal")
        for name in sorted(os.listdir(folder)):
            if name.endswith(".log"):
                with open(os.path.join(folder, name), "rb") as file:
                    cls.records += file.read().splitlines()
        cls.leaves = [check_tlog.leaf_hash(record) for record in cls.records]

    def write(self, name, text):
        path = self.path(name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(text.encode() if isinstance(text, str) else text)
        return path

    def proof(self, index, leaves):
        """RFC 6962 2.1.1, by its own recursion."""
        if len(leaves) == 1:
            return []
        k = check_tlog.split(len(leaves))
        if index < k:
            return self.proof(index, leaves[:k]) + [check_tlog.tree_hash(leaves[k:])]
        return self.proof(index - k, leaves[k:]) + [check_tlog.tree_hash(leaves[:k])]

    def consistency(self, old, leaves, whole=True):
        """RFC 6962 2.1.2."""
        if old == len(leaves):
            return [] if whole else [check_tlog.tree_hash(leaves)]
        k = check_tlog.split(len(leaves))
        if old <= k:
            return self.consistency(old, leaves[:k], whole) + [check_tlog.tree_hash(leaves[k:])]
        return self.consistency(old - k, leaves[k:], False) + [check_tlog.tree_hash(leaves[:k])]

    @staticmethod
    def lines(hashes):
        return "".join(base64.b64encode(one).decode() + "\n" for one in hashes)

    def test_1_records_are_listed_and_those_of_one_case(self):
        rows = good("log", data=self.data).rows
        self.assertEqual([int(row[0]) for row in rows], list(range(len(self.records))))
        of_case = good("log", "--case", self.number, data=self.data).rows
        self.assertEqual([row[4] for row in of_case], ["case.open", "case.step"])
        self.assertEqual(as_json("log", "--verify", data=self.data), {"valid": True, "records": self.size})
        self.status(2, run("log", "--case", self.number[:-1] + "x", data=self.data))

    def test_2_the_checkpoint_is_over_every_record(self):
        self.assertEqual((self.size, self.root), (len(self.leaves), check_tlog.tree_hash(self.leaves)))
        path = self.write("note", self.note)
        self.assertEqual(good("proof", "note", self.vkey, path).rows, [["accepted"]])
        self.status(1, run("proof", "note", self.vkey, self.write("no", self.note.replace("\n", " \n", 1))))
        self.status(3, run("proof", "note", self.vkey, self.path("none")))
        self.status((1, 2), run("proof", "note", "nobody+1+x", path))

    def test_3_a_record_is_proved_to_stand_in_the_log(self):
        for index in (0, self.size - 1):
            text = (f"c2sp.org/tlog-proof@v1\nindex {index}\n" + self.lines(self.proof(index, self.leaves)) +
                    "\n" + self.note)
            path = self.write(f"inclusion-{index}", text)
            leaf = self.leaves[index].hex()
            self.assertEqual(as_json("proof", "inclusion", self.vkey, leaf, path), {"accepted": True})
            self.status(1, run("proof", "inclusion", self.vkey, self.leaves[1].hex(), path))
            moved = self.write("moved", text.replace(f"index {index}", "index 1"))
            self.status(1, run("proof", "inclusion", self.vkey, leaf, moved))
        self.status((1, 2), run("proof", "inclusion", self.vkey, "12", path))

    def test_4_an_earlier_checkpoint_is_the_beginning_of_a_later_one(self):
        size, root = check_tlog.parse_checkpoint(self.old, self.vkey)
        self.assertLess(size, self.size)
        path = self.write("consistency", f"old {size}\n" + self.lines(self.consistency(size, self.leaves)) +
                          "\n" + self.note)
        self.assertEqual(good("proof", "consistency", self.vkey, root.hex(), path).rows, [["accepted"]])
        self.status(1, run("proof", "consistency", self.vkey, self.root.hex(), path))

    def test_5_a_whole_log_is_read_as_tiles(self):
        self.assertLess(self.size, 256)
        entries = b"".join(len(one).to_bytes(2, "big") + one for one in self.records)
        self.write("tiles/checkpoint", self.note)
        self.write(f"tiles/tile/0/000.p/{self.size}", b"".join(self.leaves))
        self.write(f"tiles/tile/entries/000.p/{self.size}", entries)
        self.assertEqual(good("proof", "log", self.vkey, self.path("tiles")).rows, [["accepted"]])
        self.write(f"tiles/tile/entries/000.p/{self.size}", entries.replace(b"case.open", b"case.opeN"))
        self.assertIn("000.p", self.status(1, run("proof", "log", self.vkey, self.path("tiles"))).err)

    def test_5b_a_receipt_carries_the_last_checkpoint_away(self):
        data, paper = line.new_store(self.path("paper")), self.path("receipt.pdf")
        number = line.new_case(data)
        line.session(self.path("handed-in"), {
            "item": "100007", "set": "000001", "item_name": "x", "separators": False,
            "documents": [{"slot": "A01", "name": "x", "kind": "contract", "sheets": 1}]}, "--dpi", 72)
        good("scan", "--case", number, "--slot", "A01", "--from", self.path("handed-in"), data=data)
        for signed in (False, True):
            note = good("log", "--checkpoint", data=data).out if signed else "\u2014"
            good("receipt", number, "-o", paper, data=data)
            subprocess.run(["pdftoppm", "-r", "200", "-gray", "-png", "-singlefile", paper,
                            self.path("receipt")], check=True)
            read = subprocess.run(["zbarimg", "-q", "--raw", self.path("receipt.png")], check=True,
                                  capture_output=True).stdout.decode()
            self.assertEqual(note in read, signed, read)

    def test_6_a_new_signing_key_takes_two_persons(self):
        epoch = ("log", "new-epoch", "--reason", "密钥外泄", "--second")
        self.status((1, 4), run(*epoch[:-1], data=self.data))
        self.status((1, 4), run(*epoch, "钱收", data=self.data, stdin=b"secret-3\n"))
        self.status((1, 4), run(*epoch, "赵督", data=self.data, stdin=b"secret-9\n"))
        self.assertEqual(as_json("log", "--checkpoint", data=self.data)["vkey"], self.vkey)
        vkey, = good(*epoch, "赵督", data=self.data, stdin=SECOND).rows[0]
        self.assertNotEqual(vkey, self.vkey)
        self.assertEqual(as_json("log", "--checkpoint", data=self.data)["vkey"], vkey)
        record = as_json("log", data=self.data)["records"][-1]
        self.assertIn("000002", json.dumps(record))
        self.status(0, run("log", "--verify", data=self.data))

    def test_7_a_changed_journal_is_told(self):
        folder = os.path.join(self.data, "journal")
        name = os.path.join(folder, sorted(n for n in os.listdir(folder) if n.endswith(".log"))[0])
        with open(name, "rb") as file:
            text = file.read()
        with open(name, "wb") as file:
            file.write(text.replace(b"case.open", b"case.opeN"))
        result = self.status(4, run("log", "--verify", data=self.data))
        self.assertIn("journal is damaged", result.err)


if __name__ == "__main__":
    line.main()
