#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Every kind of every hall from the command line: each step is a verb, and after each the case
shows its state, its clock and lamp, its documents with their numbers, and who has which copy."""
import json
import os
import subprocess
import sys

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE]
import line  # noqa: E402
from line import good, run  # noqa: E402
from test_office import LATER as CLOCK  # noqa: E402

ITEM = {"item": "100007", "item_name": "营业执照变更登记", "separators": True}
PROFILES = os.path.join(os.environ["ANJUAN_SOURCE"], "appliance", "casework", "data")
MATERIALS = dict(ITEM, set="000001", documents=[
    {"slot": "A01", "name": "公司登记(备案)申请书", "kind": "form", "sheets": 2},
    {"slot": "A02", "name": "变更决议或决定", "kind": "contract", "sheets": 1},
    {"slot": "A03", "name": "营业执照正、副本", "kind": "licence", "sheets": 2}])
CHARTER = dict(ITEM, set="000002", documents=[
    {"slot": "A04", "name": "章程", "kind": "contract", "sheets": 2}])
LATER = dict(ITEM, set="000003", documents=[
    {"slot": "A07", "name": "名称告知书", "kind": "form", "sheets": 1}])
QUESTIONS = ("agent", "name-change", "address-change", "legal-change")
# state → the clock the case waits for
CLOCKS = {"received": "tell", "checked": "tell", "accepted": "decide", "paused": "decide",
          "handed-up": "decide", "decided": "deliver"}
LAMPS = ("green", "yellow", "red", "paused", "not-started")
walked = []


class Hall:
    """A data folder of one profile, and what its profile says of copies."""

    def __init__(self, folder, profile):
        self.data = line.new_store(os.path.join(folder, profile), "--profile", profile)
        self.profile = profile
        with open(os.path.join(PROFILES, f"profile-{profile}.json"), encoding="utf-8") as file:
            self.rules = json.load(file)
        self.kinds = [kind["token"] for kind in self.rules["kinds"]]

    def receivers(self, kind):
        return self.rules["papers"][kind]["copies"]


class Walk:
    """One case on its way, looked at after every step."""

    def __init__(self, test, hall, kind, item="100007"):
        self.test, self.hall, self.kind = test, hall, kind
        fields = [part for field in line.FIELDS for part in ("--field", field)]
        self.number = good("case", "open", "--item", item, "--applicant", "苏州某某有限公司", "--kind",
                           kind, "--id", "91320583MA1ABCD2XM", "--phone", "0512-57550001", *fields,
                           data=hall.data).out.strip()
        self.papers = {}  # 统一编号 → kind of paper
        self.look("open", "received")

    def show(self):
        return line.as_json("case", "show", self.number, data=self.hall.data)

    def look(self, step, state):
        shown = self.show()
        test, life = self.test, shown["life"]
        test.assertEqual(shown["case"]["state"], state, step)
        test.assertEqual(life["stage"], state)
        purpose = CLOCKS.get(state, life["waits_for"])
        test.assertEqual(life["waits_for"], purpose)
        lamp = "none"
        if purpose is not None and life["clocks"][purpose] is not None:
            lamp = life["clocks"][purpose]["lamp"]
            test.assertIn(lamp, LAMPS)
        numbers = [row["number"] for row in shown["documents"]]
        test.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        for document, kind in self.papers.items():
            copies = [(c["copy"], c["receiver"]) for c in shown["copies"] if c["document"] == document]
            test.assertEqual(copies, list(enumerate(self.hall.receivers(kind), 1)), kind)
        walked.append((self.hall.profile, self.kind, step, state, purpose or "-", lamp,
                       str(len(numbers))))
        return shown

    def step(self, verb, state, *args, papers=()):
        """`case VERB` must come to `state` and issue exactly these kinds of paper."""
        done = line.as_json("case", verb, self.number, *args, data=self.hall.data)
        self.test.assertEqual(done["state"], state, verb)
        issued = [(int(one["document"]), one["kind"]) for one in done["papers"]]
        self.test.assertEqual([kind for _, kind in issued], list(papers), verb)
        self.papers.update(issued)
        return self.look(verb, state)

    def refused(self, verb, *args, status=(1, 2)):
        self.test.status(status, run("case", verb, self.number, *args, data=self.hall.data))

    def receipt(self):
        document = good("receipt", self.number, data=self.hall.data).rows[0][0]
        self.papers[int(document)] = "receipt"
        self.look("receipt", "received")

    def scan(self, *folders):
        for folder in folders:
            good("scan", "--case", self.number, "--from", self.test.path(folder), "--duplex",
                 data=self.hall.data)

    def say(self, yes=()):
        answers = [part for q in QUESTIONS
                   for part in ("--answer", f"{q}={'yes' if q in yes else 'no'}")]
        good("case", "tick", self.number, *answers, data=self.hall.data)
        for slot in ("A01", "A02", "A04"):
            good("case", "tick", self.number, "--slot", slot, "--signature", "yes", data=self.hall.data)
        good("case", "tick", self.number, "--slot", "A01", "--seal", "yes", data=self.hall.data)
        good("case", "tick", self.number, "--slot", "A03", "--originals", "2", data=self.hall.data)

    def complete(self):
        self.scan("materials", "charter")
        self.say()
        self.receipt()

    def end(self):
        """Granted with its licence, delivered, filed."""
        self.step("decide", "decided", "--granted", papers=("grant", "licence"))
        self.step("deliver", "delivered", "--signed", papers=("delivery",))
        self.file()

    def file(self):
        archive_number = good("file", self.number, data=self.hall.data).out.strip()
        shown = self.look("file", "filed")
        self.test.assertEqual(shown["case"]["archive_number"], archive_number)

    def sign(self, verb, *args):
        """Print what is to be signed, and feed the signed sheet: it finds its document."""
        pdf = self.test.path(f"{self.number}-{verb}.pdf")
        done = line.as_json("case", verb, self.number, *args, "-o", pdf, data=self.hall.data)
        document = int(done["document"])
        self.papers[document] = done["papers"][0]["kind"]
        subprocess.run(["pdftoppm", "-r", "200", "-gray", "-png", "-f", "1", "-l", "1", pdf,
                        pdf + ".page"], check=True)
        page = [n for n in os.listdir(self.test.folder)
                if n.startswith(os.path.basename(pdf) + ".page")][0]
        rows = good("scan", "--from", self.test.path(page), data=self.hall.data).rows
        self.test.assertEqual([row[4] for row in rows], [f"{document:03}"])
        shown = self.look(verb, done["state"])
        self.test.assertTrue(all(c["signed"] for c in shown["copies"] if c["document"] == document))


class Kinds(line.Case):
    @classmethod
    def prepare(cls):
        for name, plan in (("materials", MATERIALS), ("charter", CHARTER), ("later", LATER)):
            line.session(cls.path(name), plan)
        cls.halls = [Hall(cls.folder, profile) for profile in ("city", "township", "subcentre")]

    def walk(self, kind):
        return [hall for hall in self.halls if kind in hall.kinds]

    def test_01_an_instant_case_is_decided_at_the_window(self):
        for hall in self.walk("instant"):
            case = Walk(self, hall, "instant")
            case.complete()
            case.step("first-check", "checked")
            case.step("accept", "accepted", papers=("acceptance",))
            case.end()

    def test_02_a_promise_case_gets_its_notice(self):
        for hall in self.walk("promise"):
            case = Walk(self, hall, "promise")
            case.complete()
            notice = "acceptance" if hall.profile == "subcentre" else "promise"
            case.step("accept", "accepted", papers=(notice,))
            case.end()

    def test_03_a_supplement_case_is_told_once_and_counts_from_completion(self):
        for hall in self.walk("supplement"):
            case = Walk(self, hall, "supplement")
            case.scan("materials")
            case.say()
            case.receipt()
            done = line.as_json("notice", case.number, "--kind", "supplement", data=hall.data)
            case.papers[int(done["document"])] = "supplement"
            case.papers[int(done["document"]) + 1] = "kind-supplement"
            shown = case.look("notice", "supplement")
            self.assertEqual(shown["life"]["waits_for"], "tell")
            shown = case.step("tell", "supplement", "--signed")
            self.assertEqual(shown["life"]["waits_for"], "supplement")
            case.step("remind", "supplement", papers=("reminder",))
            case.refused("supplement")
            case.scan("charter")
            case.step("supplement", "received")
            case.step("accept", "accepted", papers=("acceptance",))
            case.end()

    def test_04_a_joint_case_waits_for_every_department(self):
        departments = ("market", "civil", "tax")
        for hall in self.walk("joint"):
            case = Walk(self, hall, "joint")
            case.complete()
            case.refused("accept", "--department", "nobody", status=(1, 2, 3))
            case.look("refused", "received")
            named = [part for code in departments for part in ("--department", code)]
            shown = case.step("accept", "accepted", *named, papers=("acceptance", "joint"))
            parts = [(p["department"], p["state"]) for p in shown["life"]["departments"]]
            self.assertEqual(parts, [(code, "running") for code in departments])
            case.refused("decide", "--granted")
            for code in departments:
                case.step("sub-close", "accepted", "--department", code, "--agreed", "--reason",
                          "同意")
            case.end()

    def test_05_a_return_is_reviewed_by_somebody_else(self):
        for hall in self.walk("return"):
            case = Walk(self, hall, "promise")
            case.complete()
            case.refused("return")
            case.step("return", "returned", "--reason", "不符合本市发展规划", papers=("return",))
            case.refused("review", "--upheld", "--reason", "同一人")
            case.file()

    def test_06_the_centre_orders_haste(self):
        for hall in self.walk("urgent"):
            case = Walk(self, hall, "promise")
            case.complete()
            shown = case.step("urgent", "received", "--reason", "防汛", papers=("urgent",))
            self.assertTrue(shown["life"]["urgent"])
            case.step("accept", "accepted", papers=("promise",))
            case.end()

    def test_07_what_is_decided_above_goes_up_with_its_bundle(self):
        for hall in self.walk("upper"):
            case = Walk(self, hall, "upper")
            case.complete()
            case.step("accept", "accepted",
                      papers=("promise" if hall.profile == "city" else "acceptance",))
            bundle = self.path(f"up-{hall.profile}.tar")
            case.refused("handup", "--bundle", bundle)
            self.assertFalse(os.path.exists(bundle))
            case.step("handup", "handed-up", "--organ", "江苏省市场监督管理局", "--reason", "符合条件",
                      "--bundle", bundle, papers=("hand-up",))
            self.status(0, run("verify", bundle))
            case.refused("upper-reply", "--reference", "苏市监〔2026〕8号")
            case.step("upper-receipt", "handed-up", "--reference", "收 118")
            case.step("upper-reply", "accepted", "--reference", "苏市监〔2026〕8号")
            case.end()

    def test_08_another_case_is_handed_to_the_handling_hall(self):
        for hall in self.walk("other"):
            case = Walk(self, hall, "other")
            case.complete()
            bundle = self.path("entrusted.tar")
            case.step("entrust", "received", "--organ", "市政务服务中心", "--bundle", bundle,
                      papers=("hand-over",))
            self.status(0, run("verify", bundle))
            case.step("accept", "accepted", papers=("acceptance",))
            case.end()

    def test_09_no_kind_is_left_out(self):
        lived = {(profile, kind) for profile, kind, *_ in walked}
        for hall in self.halls:
            for kind in hall.kinds:
                if kind not in ("return", "urgent"):  # a step and a flag of other kinds
                    self.assertIn((hall.profile, kind), lived)

    def test_10_promises_stand_in_for_papers_once_they_are_signed(self):
        case = Walk(self, self.halls[0], "promise")
        case.scan("materials", "charter")
        case.say(yes=("name-change", "address-change"))
        case.receipt()
        case.refused("pledge", "--slot", "A04")
        done = line.as_json("case", "pledge", case.number, "--slot", "A05", data=case.hall.data)
        case.papers[int(done["document"])] = "pledge"
        states = {r[0]: r[1] for r in run("check", case.number, data=case.hall.data).rows}
        self.assertEqual(states["A05"], "person")  # printed is not signed
        case.sign("pledge", "--slot", "A05")
        until = subprocess.run(["date", "-d", "+1 day", "+%F"], check=True, capture_output=True,
                               text=True).stdout.strip()
        case.sign("pledge", "--slot", "A07", "--until", until)
        states = {r[0]: r[1] for r in run("check", case.number, data=case.hall.data).rows}
        self.assertEqual((states["A05"], states["A07"]), ("promised", "later"))
        case.step("accept", "accepted", "--tolerate-until", until, papers=("tolerance",))
        case.refused("decide", "--granted")
        case.scan("later")
        shown = case.step("supplement", "accepted")
        self.assertEqual(shown["life"]["tolerated"], 0)
        case.end()

    def test_11_the_travelling_form_is_scanned_in_and_out(self):
        case = Walk(self, self.halls[0], "promise")
        case.complete()
        case.refused("green-start", "--reason", "不在范围")
        case.refused("green-start", "--reason", "市重点实事项目")  # which project is for her to say
        case.step("green-start", "received", "--reason", "市重点实事项目", "--set", "project=娄江水厂",
                  papers=("green",))
        form, = [document for document, kind in case.papers.items() if kind == "green"]
        code = good("label", "code", "--case", case.number, "--document", form, "--copy", "1").out.strip()
        for window, step, at, by in (("3", "green-in", 3, case.number), ("3", "green-out", 0, code),
                                     ("7", "green-in", 7, code)):
            rows = good("case", "green-scan", by, "--window", window, data=case.hall.data).rows
            self.assertEqual(rows, [[step]])
            self.assertEqual(case.look(step, "received")["life"]["green"]["window"], at)
        self.status(1, run("case", "green-scan", case.number, "--window", "4", data=case.hall.data))
        good("case", "green-scan", case.number, "--window", "7", data=case.hall.data)
        case.step("accept", "accepted", papers=("promise",))
        case.step("decide", "decided", "--denied", "--reason", "不符合条件", papers=("denial",))
        case.step("deliver", "delivered", "--post", "1052", papers=("delivery",))
        self.status(1, run("file", case.number, data=case.hall.data))
        case.step("green-collect", "delivered")
        case.file()

    def test_12_endings_before_acceptance_are_filed(self):
        endings = (("refuse", "refused", "refusal", ("--organ", "苏州市行政审批局")),
                   ("not-needed", "not-needed", "not-needed", ()),
                   ("withdraw", "withdrawn", "withdrawal", ()))
        for verb, state, paper, args in endings:
            with self.subTest(verb=verb):
                case = Walk(self, self.halls[1], "promise")
                if verb != "withdraw":
                    case.complete()
                case.step(verb, state, "--reason", "理由", *args, papers=(paper,))
                case.refused("accept")
                case.file()

    def test_13_a_procedure_stops_the_clock_and_an_extension_comes_once(self):
        case = Walk(self, self.halls[0], "promise", item="100006")
        slot = dict(item="100006", item_name="政府信息公开申请", separators=True, set="000009", documents=[
            {"slot": "A01", "name": "申请表", "kind": "form", "sheets": 1}])
        line.session(self.path("information"), slot)
        case.scan("information")
        for question in ("agent", "organisation"):
            good("case", "tick", case.number, "--answer", question + "=no", data=case.hall.data)
        good("case", "tick", case.number, "--slot", "A01", "--thumbprint", "yes", "--signature", "yes",
             data=case.hall.data)
        states = {r[0]: r[1] for r in run("check", case.number, data=case.hall.data).rows}
        self.assertEqual((states["A01"], states["A02"]), ("person", "missing"))
        good("case", "tick", case.number, "--slot", "A01", "--witness", "沈雅琴", data=case.hall.data)
        case.step("verify", "received", "--slot", "A02", "--reference", "1.2.156.3005.2.1",
                  papers=("verification",))
        case.step("accept", "accepted", papers=("promise",))
        case.refused("pause", "--pause", "hearing", "--reason", "听证", "--signed")
        shown = case.step("pause", "paused", "--pause", "third-party", "--reason", "征求第三方意见",
                          "--signed", "--set", "days=15个工作日", papers=("special",))
        self.assertEqual(shown["life"]["clocks"]["decide"]["lamp"], "paused")
        case.step("resume", "accepted", "--reason", "意见已收到")
        before = case.show()["life"]["clocks"]["decide"]["law"]
        shown = case.step("extend", "accepted", "--reason", "案情复杂", "--signed", papers=("extension",))
        self.assertGreater(shown["life"]["clocks"]["decide"]["law"], before)
        case.refused("extend", "--reason", "再延", "--signed")
        case.step("decide", "decided", "--granted", papers=("grant",))
        case.step("deliver", "delivered", "--signed", papers=("delivery",))
        case.file()

    def test_14_impossible_days_of_receipt_change_nothing(self):
        data = self.halls[2].data
        before = run("log", data=data).out
        for day in ("2026-02-30", "2026-11-31", "2026-11-18T25:00", "yesterday", "2026-11-18T", "",
                    "2026-11-18T10:00x", "2099-01-01"):
            with self.subTest(day=day):
                self.status(2, run("case", "open", "--item", "100007", "--applicant", "张三",
                                   "--received", day, "--reason", "停电", data=data))
        self.assertEqual(run("log", data=data).out, before)

    def test_15_what_falls_due_is_taken_once(self):
        data = self.halls[0].data
        case = Walk(self, self.halls[0], "promise")
        case.scan("materials")
        case.say()
        good("notice", case.number, "--kind", "supplement", data=data)
        self.status(2, run("case", "tell", case.number, "--electronic", "gw@example.cn", "--document", "0", data=data))
        good("case", "tell", case.number, "--electronic", "gw@example.cn", data=data)
        self.assertEqual(line.as_json("case", "due", data=data), {"taken": []})
        later = dict(CLOCK, FAKETIME="+200d")
        taken = {one["case"]: one for one in line.as_json("case", "due", data=data, env=later)["taken"]}
        self.assertEqual((taken[case.number]["step"], taken[case.number]["state"]), ("lapse", "lapsed"))
        self.assertEqual(line.as_json("case", "due", data=data, env=later), {"taken": []})

    @classmethod
    def tearDownClass(cls):
        print("hall\tkind\tstep\tstate\tclock\tlamp\tdocuments")
        for row in walked:
            print("\t".join(row))
        super().tearDownClass()


if __name__ == "__main__":
    line.main()
