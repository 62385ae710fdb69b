#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Volumes of a bundle: one alone is not the whole, and the answer is no."""
import hashlib
import os
import sys
import zlib

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import line  # noqa: E402
from line import good, run  # noqa: E402
from test_keep import chunk, flip  # noqa: E402

WIDTH, HEIGHT, PAGES = 700, 990, 6


def noise_png():
    """A grey page of noise, which nothing makes smaller."""
    rows = b"".join(b"\0" + os.urandom(WIDTH) for _ in range(HEIGHT))
    head = WIDTH.to_bytes(4, "big") + HEIGHT.to_bytes(4, "big") + bytes((8, 0, 0, 0, 0))
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows, 0)) +
            chunk(b"IEND", b""))


class Volumes(line.Case):
    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        cls.number = line.new_case(cls.data)
        for page in range(PAGES):
            path = cls.path(f"{page}.png")
            with open(path, "wb") as file:
                file.write(noise_png())
            good("scan", "--case", cls.number, "--slot", "A01", "--from", path, data=cls.data)
        good("export", "--case", cls.number, "--split", "3M", "-o", cls.path("bundle.tar"), data=cls.data)
        cls.volumes = sorted(cls.path(name) for name in os.listdir(cls.folder) if name.startswith("bundle-v")
                             and name.endswith(".tar"))

    def test_a_volume_alone_is_part_of_the_whole(self):
        self.assertGreater(len(self.volumes), 1)
        for at, volume in enumerate(self.volumes):
            rows = self.status(1, run("verify", volume)).rows
            self.assertEqual(rows[-1], ["invalid"])
            missing = [row[2] for row in rows if row[:2] == ["error", "volume-missing"]]
            self.assertEqual(missing, [str(i + 1) for i in range(len(self.volumes)) if i != at])

    def test_all_volumes_together_are_the_whole(self):
        self.assertEqual(good("verify", *reversed(self.volumes)).rows[-1], ["valid"])
        self.status(1, run("verify", *self.volumes[1:], self.volumes[1]))

    def test_a_damaged_volume_is_invalid_whatever_is_missing(self):
        broken = self.path("broken.tar")
        with open(self.volumes[0], "rb") as file, open(broken, "wb") as copy:
            copy.write(file.read())
        flip(broken, os.path.getsize(broken) // 2)
        self.assertEqual(self.status(1, run("verify", broken)).rows[-1], ["invalid"])

    def test_a_volume_of_a_package_is_part_of_the_whole(self):
        other = line.new_case(self.data)
        good("scan", "--case", other, "--slot", "A01", "--from", self.path("0.png"), data=self.data)
        good("export", "--case", self.number, "--case", other, "--format", "gbt42727", "--split", "5000k",
             "-o", self.path("package.zip"), data=self.data)
        volumes = [self.path(f"package-v{i}.zip") for i in (1, 2)]
        for at, volume in enumerate(volumes):
            rows = self.status(1, run("verify", volume)).rows
            self.assertEqual([row[:3] for row in rows[:-1]], [["error", "volume-missing", str(2 - at)]])
        self.assertEqual(good("verify", *volumes).rows, [["valid"]])

    def test_a_strangers_bag_that_is_one_of_many_is_whole_by_itself(self):
        bag = self.path("stranger")
        os.makedirs(os.path.join(bag, "data"))
        texts = {"data/a.txt": b"a", "bag-info.txt": b"Bag-Group-Identifier: letters\nBag-Count: 1 of 15\n",
                 "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
                 "manifest-sha256.txt": hashlib.sha256(b"a").hexdigest().encode() + b"  data/a.txt\n"}
        for name, text in texts.items():
            with open(os.path.join(bag, name), "wb") as file:
                file.write(text)
        self.assertEqual(good("verify", bag).rows[-1], ["valid"])


if __name__ == "__main__":
    line.main()
