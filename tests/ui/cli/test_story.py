#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The story of an acceptance hall for industrial production permits. An applicant whose form had
wrong basic information (基本信息) was sent home; she came again and the name of an equipment was
wrong; she came a third time and the dates of its production and purchase were. Here all three are
told in one notice, the first time."""
import os
import subprocess
import sys

sys.dont_write_bytecode = True
sys.path[:0] = [os.path.dirname(os.path.abspath(__file__))]
import line  # noqa: E402
from line import good, run  # noqa: E402

NAME = "昆山液安化工有限公司"
RIGHT = {"applicant": NAME, "applicant_licence": NAME, "uscc": "91320583MA1ABCD2XM",
         "uscc_licence": "91320583MA1ABCD2XM", "registered_address": "昆山市玉山镇前进西路18号",
         "licence_address": "昆山市玉山镇前进西路18号", "production_address": "昆山市玉山镇前进西路18号",
         "assets": "500 万元", "staff": "36 人", "equipment_name#0": "反应釜",
         "equipment_name#1": "液剂自动包装机(液体机械灌装设备)", "equipment_made#0": "2009年06月",
         "equipment_made#1": "2010年06月", "equipment_bought#0": "2009年08月",
         "equipment_bought#1": "2010年08月"}
# 基本信息: another name than on the licence; equipment: not the rule's name; dates: not xxxx年xx月
WRONG = dict(RIGHT, applicant="昆山液安化工有限责任公司", **{
    "equipment_name#1": "液剂自动包装机", "equipment_made#1": "2010.6", "equipment_bought#1": "10年8月"})
SHEETS = {"A01": 6, "A02": 1, "A04": 1, "A05": 1, "A06": 1, "A07": 1, "A09": 1}
TICKS = {"A01": ("category", "seal", "signature"), "A02": ("original", "scope"), "A04": ("seal",),
         "A05": ("seal",), "A06": ("seal",), "A07": ("seal",), "A09": ("seal", "signature")}


class Story(line.Case):
    """One applicant, in the order of the names."""

    @classmethod
    def prepare(cls):
        cls.data = line.new_store(cls.path("data"))
        for name, role in (("王管", "admin"), ("李复", "clerk")):
            good("user", "add", "--name", name, "--role", role, data=cls.data, stdin=b"secret-1\n")
        line.session(cls.path("set"), {
            "item": "100002", "item_name": "工业产品生产许可证核发", "separators": True, "set": "000001",
            "documents": [{"slot": slot, "name": slot, "kind": "contract", "sheets": sheets}
                          for slot, sheets in SHEETS.items()]})
        cls.number = cls.open(WRONG)

    @classmethod
    def open(cls, fields):
        pairs = [part for pair in fields.items() for part in ("--field", "=".join(pair))]
        return good("case", "open", "--item", "100002", "--applicant", NAME, *pairs,
                    data=cls.data).out.strip()

    def step(self, verb, state, *args, **more):
        result = good("case", verb, self.number, *args, data=self.data, **more)
        self.assertEqual(result.rows[0][0], state)

    def life(self):
        return line.as_json("case", "show", self.number, data=self.data)["life"]

    def test_1_the_set_is_handed_in_and_looked_at(self):
        good("scan", "--case", self.number, "--from", self.path("set"), "--duplex", data=self.data)
        for question in ("agent", "industry-policy"):
            good("case", "tick", self.number, "--answer", question + "=no", data=self.data)
        for slot, ticks in TICKS.items():
            seen = [part for tick in ticks for part in ("--" + tick, "yes")]
            good("case", "tick", self.number, "--slot", slot, *seen, "--copies", "2", data=self.data)
        good("case", "tick", self.number, "--slot", "A02", "--expires", "长期", data=self.data)
        today = subprocess.run(["date", "+%F"], check=True, capture_output=True, text=True).stdout.strip()
        good("case", "tick", self.number, "--slot", "A04", "--issued", today, data=self.data)
        rows = self.status(1, run("check", self.number, data=self.data)).rows
        wrong = [row[0] for row in rows if row[1] not in ("complete", "na")]
        self.assertEqual(wrong, ["A01", "A05"], rows)

    def test_2_one_notice_tells_all_three(self):
        notice = self.path("notice.pdf")
        good("notice", self.number, "--kind", "supplement", "-o", notice, data=self.data)
        text = subprocess.run(["pdftotext", "-f", "1", "-l", "1", "-raw", notice, "-"], check=True,
                              capture_output=True).stdout.decode()
        flat = "".join(text.split())
        for told in ("昆山液安化工有限责任公司", "液剂自动包装机", "2010.6", "10年8月", "一次告知"):
            self.assertIn(told, flat)
        events = line.as_json("case", "show", self.number, data=self.data)["events"]
        papers = [event for event in events if event["act"] == "paper"]
        self.assertEqual(len(papers), 1)
        for key in ("A01/name", "A05/form/equipment_made/2", "A05/form/equipment_bought/2"):
            self.assertIn(key, papers[0]["detail"])
        self.assertIn("equipment_name", papers[0]["detail"])
        self.step("tell", "supplement", "--signed")

    def test_3_she_comes_once_more_and_all_is_in_order(self):
        pairs = [part for pair in RIGHT.items() for part in ("--field", "=".join(pair))]
        good("case", "field", self.number, *pairs, data=self.data)
        self.status(0, run("check", self.number, data=self.data))
        self.step("supplement", "received")
        self.step("first-check", "checked")
        self.status(1, run("case", "accept", self.number, data=self.data))
        self.step("second-check", "checked", "--as", "000002", stdin=b"secret-1\n")
        self.step("accept", "accepted")
        life = self.life()
        self.assertEqual((life["visits"], life["notices"], life["open"]), (2, 1, 0))

    def test_4_nothing_old_is_told_a_second_time(self):
        self.status(1, run("notice", self.number, "--kind", "supplement", data=self.data))


if __name__ == "__main__":
    line.main()
