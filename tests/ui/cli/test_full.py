#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""A disk without a byte left: what only reads works, what writes is refused with a sentence, and
everything goes on once there is room."""
import os
import sys

sys.path.insert(0, os.path.dirname(__file__))
import small_disk  # noqa: E402
from line import Case, good, main, new_case, new_store, pages, run  # noqa: E402


class Full(Case):
    @classmethod
    def prepare(cls):
        cls.disk = small_disk.SmallDisk(1000)  # no feed starts without room for a hundred sides
        cls.addClassCleanup(cls.disk.close)
        cls.data = new_store(os.path.join(cls.disk.folder, "data"))
        cls.number = new_case(cls.data)
        pages("make", cls.path("paper"), "--count", "2", "--mode", "gray", "--dpi", "100")
        cls.status(cls(), (0, 1), run("scan", "--case", cls.number, "--from", cls.path("paper"), data=cls.data))
        cls.bundle = cls.path("bundle.tar")
        good("export", "--case", cls.number, "-o", cls.bundle, data=cls.data)
        cls.before = good("log", data=cls.data).out

    def setUp(self):
        self.disk.fill()
        self.addCleanup(self.disk.make_room)

    def refused(self, *args):
        result = self.status(4, run(*args, data=self.data))
        self.assertIn("no space", result.err)
        self.assertIn("make space", result.err)

    def test_what_only_reads_works(self):
        self.assertIn(self.number, good("case", "show", self.number, data=self.data).out)
        self.assertIn(self.number, good("find", "苏州", data=self.data).out)
        good("log", "--verify", data=self.data)
        good("fsck", "--read-data", data=self.data)
        good("verify", self.bundle)
        self.assertEqual(good("log", data=self.data).out, self.before)

    def test_what_writes_is_refused_and_goes_on_when_there_is_room(self):
        for _ in range(3):
            self.refused("receipt", self.number)
            self.refused("scan", "--case", self.number, "--from", self.path("paper"))
            # On another disk there is room, but that it was made has to be written down here.
            self.refused("export", "--case", self.number, "-o", self.path("other.tar"))
            self.assertFalse(os.path.exists(self.path("other.tar")))
        self.assertEqual(good("log", data=self.data).out, self.before)
        self.disk.make_room()
        self.addCleanup(self.disk.fill)
        good("receipt", self.number, data=self.data)
        self.status((0, 1), run("scan", "--case", self.number, "--from", self.path("paper"), data=self.data))
        good("export", "--case", self.number, "-o", self.path("other.tar"), data=self.data)
        good("log", "--verify", data=self.data)
        good("fsck", "--read-data", data=self.data)
        type(self).before = good("log", data=self.data).out


if __name__ == "__main__":
    small_disk.enter()
    main()
