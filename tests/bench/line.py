#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The whole line against a shell pipeline, and its memory over a long batch.

    tests/bench/line.py BUILD [--pages N] [--batch N]

BUILD is a build folder of the preset `bench` (or `release` with tests): it holds `anjuan` and
`tests/pages/anjuan-pages`. Drawn A4 pages of 300 dpi come from the scripted scanner and go through
device worker, page worker, spool, journal and catalogue; CPU counts every process. The yardstick
does with common programs what the line does: zbarimg, tiffcp (Group 4, or JPEG quality 75),
sha256sum, sync, a row in SQLite, a tar of all. Memory is the sum of PSS over all processes of the
scan, sampled while `--batch` pages are fed.
"""
import argparse
import json
import os
import pathlib
import resource
import subprocess
import sys
import tempfile
import threading

GOALS = {"lineart": 1 / 50, "gray": 1 / 20, "colour": 1 / 13}
BATCH_PSS_MIB, WORKER_PSS_MIB = 200, 48
REPEAT = 20
PROGRAMS = ["zbarimg", "tiffcp", "sha256sum", "sync", "sqlite3", "tar"]


def cpu_s():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def cpu_of(act):
    began = cpu_s()
    act()
    return cpu_s() - began


def run(*words):
    return subprocess.run([str(w) for w in words], check=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True).stdout


class Bench:
    def __init__(self, build, folder):
        self.anjuan = build / "anjuan"
        self.pages = build / "tests/pages/anjuan-pages"
        self.folder = folder
        self.data = folder / "data"
        run(self.anjuan, "init", "--data", self.data, "--samples")

    def draw(self, mode, n, ending):
        """Pages of a kind of file, those with codes of ours left out: they would steer the stack."""
        out = self.folder / f"{mode}-{ending}"
        run(self.pages, "make", "-o", out, "-m", mode, "-n", 2 * n, "-f", ending, "-d", 300)
        truth = json.loads((out / "truth.json").read_text())["sides"]
        plain = [out / side["file"] for side in truth
                 if not any(code["text"].startswith("98") for code in side["codes"])]
        return plain[:n]

    def script(self, name, sides, repeat=1):
        path = self.folder / f"{name}.json"
        sheets = [{"repeat": repeat, "front": {"path": str(side.relative_to(self.folder))}}
                  for side in sides]
        path.write_text(json.dumps({
            "story": "benchmark",
            "device": {"vendor": "anjuan", "model": "bench", "serial": name,
                       "features": ["feeder", "counter"]},
            "sheets": sheets}))
        return path

    def case(self):
        return run(self.anjuan, "case", "open", "--data", self.data, "--item", "100007",
                   "--applicant", "张三").splitlines()[0]

    def words(self, case, script, mode):
        return [str(w) for w in (self.anjuan, "scan", "--data", self.data, "--case", case,
                                 "--device", f"script:{script}", "--mode",
                                 {"colour": "color"}.get(mode, mode), "--dpi", "300")]

    def line(self, mode, sides):
        """CPU of one page in a batch long enough that starting the processes does not weigh."""
        n = REPEAT * len(sides)
        words = self.words(self.case(), self.script(mode, sides, REPEAT), mode)

        def act():
            stored = run(*words).count("\n")
            assert stored == n, f"{stored} of {n} sides stored"

        return cpu_of(act) / n

    def shell(self, mode, sides):
        out = self.folder / f"shell-{mode}"
        out.mkdir()
        database = out / "pages.db"
        run("sqlite3", database, "create table page(file text, digest text, codes text)")
        compression = "g4" if mode == "lineart" else "jpeg:75"

        def act():
            for i, side in enumerate(sides):
                page = out / f"{i:04}.tif"
                codes = subprocess.run(["zbarimg", "-q", "--raw", str(side)], check=False,
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
                run("tiffcp", "-c", compression, side, page)
                digest = run("sha256sum", page).split()[0]
                run("sync", page)
                run("sqlite3", database, "insert into page values('%s','%s','%s')" % (
                    page.name, digest, codes.stdout.hex()))
            run("tar", "-cf", out / "pages.tar", "-C", out, *[
                f"{i:04}.tif" for i in range(len(sides))])

        return cpu_of(act) / len(sides)

    def memory(self, sides, n):
        script = self.script("batch", sides, -(-n // len(sides)))
        process = subprocess.Popen(self.words(self.case(), script, "gray"),
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        sampler = Sampler(process.pid)
        stored = process.stdout.read().count(b"\n")
        process.wait()
        sampler.stop()
        assert stored >= n, f"{stored} of {n} sides stored"
        return stored, sampler


class Sampler(threading.Thread):
    """The largest sum of PSS over a process and its descendants, and the largest of one child."""

    EVERY_S = 0.05

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid = pid
        self.sum_kib = self.child_kib = 0
        self.done = threading.Event()
        self.start()

    def stop(self):
        self.done.set()
        self.join()

    def run(self):
        while not self.done.wait(self.EVERY_S):
            sizes = {pid: pss for pid in tree(self.pid) if (pss := memory_of(pid))}
            self.sum_kib = max(self.sum_kib, sum(sum(pss.values()) for pss in sizes.values()))
            own = [pss["Pss_Anon"] + pss["Pss_File"] for pid, pss in sizes.items()
                   if pid != self.pid]
            self.child_kib = max([self.child_kib, *own])


def tree(pid):
    found = [pid]
    for parent in found:
        try:
            for task in os.listdir(f"/proc/{parent}/task"):
                children = pathlib.Path(f"/proc/{parent}/task/{task}/children").read_text()
                found += [int(child) for child in children.split()]
        except OSError:
            pass
    return found


def memory_of(pid):
    try:
        lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return None
    names = ("Pss_Anon", "Pss_File", "Pss_Shmem")
    return {line.split(":")[0]: int(line.split()[1]) for line in lines
            if line.startswith(names)}


def verdict(holds):
    return "holds" if holds else "missed"


def main():
    options = argparse.ArgumentParser()
    options.add_argument("build", type=pathlib.Path)
    options.add_argument("--pages", type=int, default=12)
    options.add_argument("--batch", type=int, default=1000)
    chosen = options.parse_args()
    for program in PROGRAMS:
        if not any(os.access(pathlib.Path(p) / program, os.X_OK)
                   for p in os.environ["PATH"].split(":")):
            sys.exit(f"{program} is not installed; tests/packages names it")
    with tempfile.TemporaryDirectory(prefix="anjuan-bench-") as name:
        bench = Bench(chosen.build.absolute(), pathlib.Path(name))
        print(f"{'mode':8} {'pages':>5} {'line ms':>8} {'shell ms':>9} {'ratio':>7} {'goal':>7}")
        for mode, goal in GOALS.items():
            scanned = bench.draw(mode, chosen.pages, "pnm")
            filed = bench.draw(mode, chosen.pages, "tif")
            line, shell = bench.line(mode, scanned), bench.shell(mode, filed)
            print(f"{mode:8} {len(scanned):5} {line * 1e3:8.1f} {shell * 1e3:9.1f} "
                  f"{line / shell:7.4f} {goal:7.4f} {verdict(line / shell <= goal)}")
        if chosen.batch > 0:
            stored, seen = bench.memory(scanned[:4], chosen.batch)
            print(f"batch of {stored} pages: PSS of all processes {seen.sum_kib / 1024:.0f} MiB "
                  f"(goal {BATCH_PSS_MIB}, {verdict(seen.sum_kib <= BATCH_PSS_MIB * 1024)}); "
                  f"largest worker beside page buffers {seen.child_kib / 1024:.0f} MiB "
                  f"(goal {WORKER_PSS_MIB}, {verdict(seen.child_kib <= WORKER_PSS_MIB * 1024)})")


if __name__ == "__main__":
    main()
