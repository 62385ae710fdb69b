#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The daemon beside a bare libmicrohttpd, on loopback, in the same run.

    http_hall.py [SECONDS]    with ANJUAN, ANJUAN_SOURCE and ANJUAN_BUILD set as for the tests

1. Lookup of a case by its code: requests/s over 16 connections, in pairs with a bare server that
   answers as many bytes. Goal: ≥ 0.5 of the bare server.
2. A hall at work: 200 event streams, 50 lookups/s, a feeder with 7 images/s, exports one after the
   other. Goals: no error, lookup p99 ≤ 5 × that of the bare server asked at the same pace during the
   same time, sheet → thumbnail fetched p99 ≤ 1 s, resident memory of the daemon ≤ 128 MB.

Prints one line a figure: name, value, goal, verdict. Exit status 1 where a goal is missed."""
import http.client
import json
import os
import selectors
import statistics
import subprocess
import sys
import threading
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../ui/api"))
from hall import ITEM, Hall  # noqa: E402
from server import PROGRAM, Server  # noqa: E402

TOOL = os.path.join(os.environ["ANJUAN_BUILD"], "tests/bench/bench_http")
STREAMS, LOOKUPS_S, IMAGES_S, SHEETS, ROUNDS = 200, 50, 7, 120, 5


class Bare:
    def __init__(self, size):
        self.process = subprocess.Popen([TOOL, "serve", str(size)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.port = int(self.process.stdout.readline())

    def stop(self):
        self.process.stdin.close()
        self.process.wait()


def rate(port, path, headers, seconds):
    done = subprocess.run([TOOL, "load", str(port), path, headers, "16", str(seconds)], capture_output=True, text=True,
                          check=True)
    per_second, errors = done.stdout.split()
    assert errors == "0", f"{errors} errors"
    return float(per_second)


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


class Pace(threading.Thread):
    """Asks so often a second over one connection; how long each answer took, from when it was due."""

    def __init__(self, address, path, headers):
        super().__init__(daemon=True)
        self.connection = http.client.HTTPConnection(address, timeout=60)
        self.path, self.headers = path, headers
        self.took, self.errors, self.ending = [], 0, False

    def run(self):
        due = time.monotonic()
        while not self.ending:
            due += 1 / LOOKUPS_S
            time.sleep(max(0, due - time.monotonic()))
            begun = time.monotonic()
            self.connection.request("GET", self.path, headers=self.headers)
            answer = self.connection.getresponse()
            answer.read()
            self.took.append(time.monotonic() - begun)
            self.errors += answer.status != 200


class Screens(threading.Thread):
    """Event streams that are read and not looked at but for one, whose sides it fetches."""

    def __init__(self, server, client):
        super().__init__(daemon=True)
        self.client, self.selector, self.bytes = client, selectors.DefaultSelector(), 0
        self.seen, self.ending, self.kept, self.lost = [], False, [], 0
        for at in range(STREAMS):
            connection = http.client.HTTPConnection(server.address, timeout=60)
            connection.request("GET", "/api/v1/events", headers=client.headers(None))
            answer = connection.getresponse()
            assert answer.status == 200
            connection.sock.setblocking(False)
            self.kept.append((connection, answer))
            self.selector.register(connection.sock, selectors.EVENT_READ, at)
        self.rest = b""

    def run(self):
        while not self.ending:
            for key, _ in self.selector.select(0.2):
                data = key.fileobj.recv(65536)
                if not data:
                    self.lost += 1
                    self.selector.unregister(key.fileobj)
                self.bytes += len(data)
                if key.data == 0:
                    self.take(data)

    def take(self, data):
        *lines, self.rest = (self.rest + data).split(b"\n")
        for line in lines:
            if line.startswith(b"data: ") and b'"act":"side"' in line:
                self.seen.append(json.loads(line[6:])["side"]["id"])


class Sheets(threading.Thread):
    """When each sheet left the feeder, from the script's memory of where the stack is."""

    def __init__(self, place):
        super().__init__(daemon=True)
        self.place, self.left, self.ending = place, {}, False

    def run(self):
        while not self.ending:
            try:
                with open(self.place, encoding="utf-8") as file:
                    sheet = json.load(file)["sheet"]
                for number in range(1, sheet):
                    self.left.setdefault(number, time.monotonic())
            except (OSError, ValueError):
                pass
            time.sleep(0.004)


class Thumbnails(threading.Thread):
    """Fetches the thumbnail of every side that an event named."""

    def __init__(self, screens, client, sheets):
        super().__init__(daemon=True)
        self.screens, self.client, self.sheets, self.took, self.ending = screens, client, sheets, [], False

    def run(self):
        done = 0
        while not self.ending:
            while done < len(self.screens.seen):
                side = self.screens.seen[done]
                self.client.want(200, "GET", f"/sides/{side}/thumbnail")
                sheet = int(side.split("-")[1])
                self.took.append(time.monotonic() - self.sheets.left.get(sheet, time.monotonic()))
                done += 1
            time.sleep(0.004)


class Exports(threading.Thread):
    def __init__(self, hall, number):
        super().__init__(daemon=True)
        self.hall, self.number, self.done, self.errors, self.ending = hall, number, 0, 0, False

    def run(self):
        while not self.ending:
            job = self.hall.archivist.want(202, "POST", "/exports", {
                "format": "bag-tar", "destination": "exports", "cases": [self.number]}).json
            state = "running"
            while state == "running":
                time.sleep(0.05)
                state = self.hall.archivist.want(200, "GET", f"/exports/{job['id']}").json["state"]
            self.done += 1
            self.errors += state != "done"


def memory_mb(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Pss:")) / 1024


def stack(hall):
    """A feeder with so many sheets, a page every 1/7 s."""
    path = os.path.join(hall.server.folder.name, "pace.json")
    page = os.path.join(hall.folder, "sides", "0002-1.jpg")
    script = {"story": "pace", "device": {"vendor": "t", "model": "pace", "serial": "1", "features": ["feeder", "stop"]},
              "place": "pace.place", "sheets": [{"repeat": SHEETS, "front": {"path": page}}],
              "events": [{"at": at, "do": "late", "ms": round(1000 / IMAGES_S)} for at in range(1, SHEETS + 1)]}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(script, file)
    return "script:" + path, os.path.join(hall.server.folder.name, "pace.place")


class Bench(Hall):
    def runTest(self):
        pass


def figure(name, value, goal, good):
    print(f"{name}\t{value}\t{goal}\t{'good' if good else 'MISSED'}")
    return good


def throughput(hall, number, seconds):
    path = f"/api/v1/find?q={number}"
    headers = f"Cookie: {hall.clerk.cookie}\r\n"
    size = len(hall.clerk.want(200, "GET", f"/find?q={number}").body)
    bare, port = Bare(size), int(hall.server.address.split(":")[1])
    pairs = []
    for _ in range(ROUNDS):
        pairs.append((rate(port, path, headers, seconds), rate(bare.port, path, headers, seconds)))
    bare.stop()
    ratio = statistics.median(ours / theirs for ours, theirs in pairs)
    print(f"# answers of {size} bytes; ours {[round(a) for a, _ in pairs]}, bare {[round(b) for _, b in pairs]} a second")
    return figure("lookup by code, share of a bare server", f"{ratio:.2f}", "≥ 0.5", ratio >= 0.5)


def at_work(hall, number, device, place):
    filed = hall.receive("归档")
    for line in hall.case(filed)["check"]["slots"]:
        if line["need"] == "conditional":
            hall.act(filed, "slot", slot=line["code"], state="na")
    for slot in ("A01", "A02"):
        hall.bring(filed, slot, 20)
    hall.act(filed, "withdraw", reason="撤回")
    hall.act(filed, "file", who=hall.archivist, fonds="Z109", category="XK", retention="D30", unit="0583")
    body = hall.clerk.want(200, "GET", f"/find?q={number}").body
    bare = Bare(len(body))
    screens = Screens(hall.server, hall.clerk)
    sheets = Sheets(place)
    ours = Pace(hall.server.address, f"/api/v1/find?q={number}", hall.clerk.headers(None))
    theirs = Pace(f"127.0.0.1:{bare.port}", "/x", {})
    thumbnails, exports = Thumbnails(screens, hall.clerk, sheets), Exports(hall, filed)
    threads = [screens, sheets, ours, theirs, thumbnails, exports]
    for thread in threads:
        thread.start()
    batch = hall.clerk.want(201, "POST", "/scans", {"case": number, "device": device, "dpi": 300}).json["id"]
    begun, most = time.monotonic(), 0
    while hall.clerk.want(200, "GET", f"/scans/{batch}").json["state"] == "running":
        most = max(most, memory_mb(hall.server.process.pid))
        time.sleep(0.5)
    took = time.monotonic() - begun
    until = time.monotonic() + 30
    while len(thumbnails.took) < SHEETS and time.monotonic() < until:
        time.sleep(0.05)
    for thread in threads:
        thread.ending = True
    for thread in threads:
        thread.join(60)
    bare.stop()
    p99, bare_p99 = percentile(ours.took, 0.99), percentile(theirs.took, 0.99)
    shown = percentile(thumbnails.took, 0.99)
    print(f"# {SHEETS} sheets in {took:.1f} s, {len(ours.took)} lookups, {exports.done} exports, "
          f"{screens.bytes / STREAMS / 1024:.0f} KiB a stream; lookup p50 {percentile(ours.took, .5) * 1000:.1f} ms, "
          f"bare {percentile(theirs.took, .5) * 1000:.1f} ms")
    errors = ours.errors + theirs.errors + exports.errors + screens.lost + (SHEETS - len(thumbnails.took))
    return all([
        figure("errors", errors, "0", errors == 0),
        figure("lookup p99 / bare p99", f"{p99 / bare_p99:.2f} ({p99 * 1000:.1f} / {bare_p99 * 1000:.1f} ms)", "≤ 5",
               p99 <= 5 * bare_p99),
        figure("sheet → thumbnail p99", f"{shown:.2f} s", "≤ 1 s", shown <= 1),
        figure("memory of the daemon", f"{most:.0f} MB", "≤ 128 MB", most <= 128)])


def main():
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 2
    hall = Bench()
    Bench.server = Server()
    try:
        Bench.folder = hall.server.pages("session", "--item", ITEM, "--dpi", "300", "--hardness", "0", "--format", "jpg")
        device, place = stack(hall)
        hall.server.start("--device", device)
        Bench.people = hall.server.people(hall.server.first_run())
        Bench.clerk, Bench.archivist = Bench.people["clerk"], Bench.people["archivist"]
        number = hall.receive("基准")
        good = [throughput(hall, number, seconds), at_work(hall, number, device, place)]
        return 0 if all(good) else 1
    finally:
        Bench.server.__exit__()


if __name__ == "__main__":
    sys.exit(main())
