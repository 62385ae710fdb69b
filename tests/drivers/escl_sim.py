#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An eSCL scanner that is not there: ADF with duplex, and every way in which one goes wrong.

    escl_sim.py --control FILE [--port N] [--log]

prints "PORT\n" once it listens on 127.0.0.1, "stalled\n" when it stalls, and ends when its standard
input is closed.

FILE is JSON; it is read again before each request, and a change of "stack" is new paper:

    {"stack": 1, "sheets": 5, "fault": "jam", "at": 3, "times": 1, "model": "Sim S1"}

"at" counts sides from 1. A fault that leaves paper inside (jam, cover, double-feed, mispick) puts
the sheet back on top; the next job clears it. Faults:

    jam cover hatch double-feed mispick   the job ends, AdfState tells
    jam-when-empty    an empty feeder is called a jam
    early-end         404 though sheets are left
    drop              the connection is closed in the middle of the side
    chunked-drop      the same without a length
    half              the side is cut, its length is right for what comes
    zeros             the second half of the side is zeros
    busy              503 to the job, `times` times
    late              503 before the side, `times` times
    error-500         once
    stall             half a side, then nothing
    status-cut        ScannerStatus breaks off
    status-doctype    ScannerStatus with a document type
    foreign-location  the job's address names another host
    no-location       201 without an address

Pages are baseline JPEG with the sheet and side in 24 cells, as drivers/script_picture.h draws
them, so that a decoder can read their number back.
"""
import argparse
import json
import os
import re
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

# --- pages: a JPEG encoder for pictures of flat 8x8 blocks ---

DC_BITS = [0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]
DC_VALUES = list(range(12))
# one AC symbol (end of block, two bits long so that no code is all ones)
AC_BITS = [0, 1] + [0] * 14
AC_VALUES = [0]


def codes(bits, values):
    code, table, k = 0, {}, 0
    for length, count in enumerate(bits, 1):
        for _ in range(count):
            table[values[k]] = format(code, "0%db" % length)
            code += 1
            k += 1
        code <<= 1
    return table


DC = codes(DC_BITS, DC_VALUES)
EOB = codes(AC_BITS, AC_VALUES)[0]


def dc_code(diff):
    size = abs(diff).bit_length()
    if size == 0:
        return DC[0] + EOB
    value = diff if diff > 0 else diff + (1 << size) - 1
    return DC[size] + format(value, "0%db" % size) + EOB


def segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def head(width, height, components, dpi):
    sof = struct.pack(">BHHB", 8, height, width, components)
    sos = struct.pack(">B", components)
    for c in range(components):
        sof += bytes([c + 1, 0x11, 0])
        sos += bytes([c + 1, 0])
    return (b"\xff\xd8"
            + segment(0xE0, b"JFIF\0\1\1\1" + struct.pack(">HH", dpi, dpi) + b"\0\0")
            + segment(0xDB, b"\0" + bytes([8] * 64))
            + segment(0xC0, sof)
            + segment(0xC4, b"\0" + bytes(DC_BITS) + bytes(DC_VALUES))
            + segment(0xC4, b"\x10" + bytes(AC_BITS) + bytes(AC_VALUES))
            + segment(0xDA, sos + b"\0\x3f\0"))


def row_levels(width, height, y, cells):
    """Levels of one row of blocks: a pixel value each."""
    left = width // 8
    span = width - 2 * left
    levels = []
    for x in range(0, width, 8):
        ink = False
        if height // 16 <= y + 4 < height // 8 and left <= x + 4 < width - left:
            ink = cells[min(23, (x + 4 - left) * 24 // span)]
        levels.append(24 if ink else 232)
    return tuple(levels)


def encode(width, height, components, dpi, cells):
    chroma = (dc_code(0)) * (components - 1)
    rows, last, cache = [], 0, {}
    for y in range(0, height, 8):
        levels = row_levels(width, height, y, cells)
        key = (levels, last)
        if key not in cache:
            bits, previous = [], last
            for level in levels:
                dc = level - 128  # quantised by 8, an 8x8 mean has a DC of 8 * (level - 128)
                bits.append(dc_code(dc - previous) + chroma)
                previous = dc
            cache[key] = ("".join(bits), previous)
        row, last = cache[key]
        rows.append(row)
    stream = "".join(rows)
    stream += "1" * (-len(stream) % 8)
    body = int(stream, 2).to_bytes(len(stream) // 8, "big").replace(b"\xff", b"\xff\0")
    return head(width, height, components, dpi) + body + b"\xff\xd9"


def page(settings, sheet, back):
    width = settings["width"] * settings["dpi"] // 300
    height = settings["height"] * settings["dpi"] // 300
    number = 1 << 23 | sheet << 3 | back << 2 | 1
    cells = [number >> (23 - i) & 1 for i in range(24)]
    return encode(width, height, 3 if settings["colour"] else 1, settings["dpi"], cells)


# --- the device ---

CAPABILITIES = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerCapabilities xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"
 xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
<pwg:Version>2.6</pwg:Version><pwg:MakeAndModel>%s</pwg:MakeAndModel>
<pwg:SerialNumber>SIM0001</pwg:SerialNumber><scan:UUID>4509a320-00a0-008f-00b6-002507510eca</scan:UUID>
<scan:Platen><scan:PlatenInputCaps>%s</scan:PlatenInputCaps></scan:Platen>
<scan:Adf><scan:AdfSimplexInputCaps>%s</scan:AdfSimplexInputCaps>
<scan:AdfDuplexInputCaps>%s</scan:AdfDuplexInputCaps><scan:FeederCapacity>50</scan:FeederCapacity>
<scan:AdfOptions><scan:AdfOption>DetectPaperLoaded</scan:AdfOption><scan:AdfOption>Duplex</scan:AdfOption>
</scan:AdfOptions></scan:Adf></scan:ScannerCapabilities>"""

INPUT = """<scan:MinWidth>100</scan:MinWidth><scan:MaxWidth>2550</scan:MaxWidth>
<scan:MinHeight>100</scan:MinHeight><scan:MaxHeight>4200</scan:MaxHeight>
<scan:SettingProfiles><scan:SettingProfile><scan:ColorModes><scan:ColorMode>RGB24</scan:ColorMode>
<scan:ColorMode>Grayscale8</scan:ColorMode></scan:ColorModes>
<scan:DocumentFormats><pwg:DocumentFormat>image/jpeg</pwg:DocumentFormat>
<scan:DocumentFormatExt>image/jpeg</scan:DocumentFormatExt></scan:DocumentFormats>
<scan:SupportedResolutions><scan:DiscreteResolutions>%s</scan:DiscreteResolutions>
</scan:SupportedResolutions></scan:SettingProfile></scan:SettingProfiles>""" % "".join(
    "<scan:DiscreteResolution><scan:XResolution>%d</scan:XResolution>"
    "<scan:YResolution>%d</scan:YResolution></scan:DiscreteResolution>" % (d, d)
    for d in (50, 100, 200, 300, 600))

STATUS = """<?xml version="1.0" encoding="UTF-8"?>
<scan:ScannerStatus xmlns:scan="http://schemas.hp.com/imaging/escl/2011/05/03"
 xmlns:pwg="http://www.pwg.org/schemas/2010/12/sm">
<pwg:Version>2.6</pwg:Version><pwg:State>%s</pwg:State><scan:AdfState>%s</scan:AdfState>
<scan:Jobs>%s</scan:Jobs></scan:ScannerStatus>"""

JOB = """<scan:JobInfo><pwg:JobUri>%s</pwg:JobUri><pwg:JobUuid>%d</pwg:JobUuid>
<scan:Age>1</scan:Age><pwg:ImagesCompleted>%d</pwg:ImagesCompleted>
<pwg:ImagesToTransfer>0</pwg:ImagesToTransfer><pwg:JobState>%s</pwg:JobState>
<pwg:JobStateReasons><pwg:JobStateReason>%s</pwg:JobStateReason></pwg:JobStateReasons>
</scan:JobInfo>"""

STOPPING = {  # fault: AdfState, job reason
    "jam": ("ScannerAdfJam", "JobAbortedBySystem"),
    "cover": ("ScannerAdfDoorOpen", "JobAbortedBySystem"),
    "hatch": ("ScannerAdfHatchOpen", "JobAbortedBySystem"),
    "double-feed": ("ScannerAdfMultipickDetected", "JobAbortedBySystem"),
    "mispick": ("ScannerAdfMispick", "JobAbortedBySystem"),
}


def number_in(xml, name, otherwise):
    found = re.search(r"<(?:\w+:)?%s>(\d+)<" % name, xml)
    return int(found.group(1)) if found else otherwise


class Scanner:
    """Paper and the one job; everything under one lock but the sending of pages."""

    def __init__(self, control):
        self.control = control
        self.lock = threading.Lock()
        self.stack = None
        self.job = None
        self.jobs = 0
        self.read_control()

    def read_control(self):
        with open(self.control) as file:
            state = json.load(file)
        if state["stack"] == self.stack:
            return
        self.stack = state["stack"]
        self.sheets = state.get("sheets", 0)
        self.fault = state.get("fault")
        self.at = state.get("at", 1)
        self.times = state.get("times", 1)
        self.model = state.get("model", "Sim S1")
        self.next_sheet = 1
        self.back = 0
        self.sides = 0  # sides given of this stack
        self.stuck = None  # the fault that stands
        self.job = None

    def strikes(self, kind):
        """Whether this fault happens at the side about to come; it is used up then."""
        if self.fault != kind or self.sides + 1 != self.at or self.times == 0:
            return False
        self.times -= 1
        return True

    def adf_state(self):
        if self.stuck:
            return STOPPING[self.stuck][0]
        if self.next_sheet <= self.sheets:
            return "ScannerAdfLoaded"
        return "ScannerAdfJam" if self.fault == "jam-when-empty" else "ScannerAdfEmpty"

    def status(self):
        job = ""
        if self.job:
            job = JOB % (self.job["path"], self.job["number"], self.job["images"],
                         self.job["state"], self.job["reason"])
        return STATUS % ("Processing" if self.job and self.job["state"] == "Processing" else "Idle",
                         self.adf_state(), job)

    def start(self, xml):
        """The path of a new job, or an HTTP status that refuses it."""
        if self.fault == "busy" and self.times > 0:
            self.times -= 1
            return 503
        if self.job and self.job["state"] == "Processing":
            return 503
        self.stuck = None
        self.back = 0
        self.jobs += 1
        self.job = {"number": self.jobs, "path": "/eSCL/ScanJobs/%d" % self.jobs, "images": 0,
                    "state": "Processing", "reason": "JobScanning",
                    "duplex": "<scan:Duplex>true" in xml, "platen": ">Platen<" in xml,
                    "colour": ">RGB24<" in xml, "dpi": number_in(xml, "XResolution", 300),
                    "width": number_in(xml, "Width", 2480),
                    "height": number_in(xml, "Height", 3508)}
        return self.job["path"]

    def finish(self, state, reason):
        self.job["state"] = state
        self.job["reason"] = reason

    def stop_with(self, fault):
        self.stuck = fault
        self.sides -= self.back  # the sheet goes back on top, both sides
        self.back = 0
        self.finish("Aborted", STOPPING[fault][1])

    def next_page(self):
        """(HTTP status, page or None, how it is to be sent)."""
        if not self.job or self.job["state"] != "Processing":
            return 404, None, None
        if self.next_sheet > self.sheets or (self.job["platen"] and self.job["images"] > 0):
            self.finish("Completed", "JobCompletedSuccessfully")
            return 404, None, None
        for fault in STOPPING:
            if self.strikes(fault):
                self.stop_with(fault)
                return 404, None, None
        if self.strikes("early-end"):
            self.finish("Completed", "JobCompletedSuccessfully")
            return 404, None, None
        if self.strikes("late"):
            return 503, None, None
        if self.strikes("error-500"):
            return 500, None, None
        for way in ("drop", "chunked-drop", "half", "zeros", "stall"):
            if self.strikes(way):
                return 200, page(self.job, self.next_sheet, self.back), way
        data = page(self.job, self.next_sheet, self.back)
        self.advance()
        return 200, data, None

    def advance(self):
        self.sides += 1
        self.job["images"] += 1
        if self.job["duplex"] and not self.back:
            self.back = 1
        else:
            self.back = 0
            self.next_sheet += 1

    def after(self, way):
        """What a side that was sent wrong means for the paper."""
        if way in ("half", "zeros"):
            self.advance()
        elif way:
            self.sides -= self.back
            self.back = 0
            self.finish("Aborted", "JobAbortedBySystem")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        if self.server.verbose:
            sys.stderr.write("%s\n" % (arguments[0] % arguments[1:]))

    def answer(self, status, body=b"", media_type="text/xml", headers=()):
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        scanner = self.server.scanner
        with scanner.lock:
            scanner.read_control()
            if self.path == "/eSCL/ScannerCapabilities":
                self.answer(200, (CAPABILITIES % (scanner.model, INPUT, INPUT, INPUT)).encode())
            elif self.path == "/eSCL/ScannerStatus":
                self.answer_status(scanner)
            elif scanner.job and self.path == scanner.job["path"] + "/NextDocument":
                self.answer_page(scanner)
            else:
                self.answer(404)

    def answer_status(self, scanner):
        body = scanner.status().encode()
        if scanner.fault == "status-cut":
            body = body[:len(body) // 2]
        elif scanner.fault == "status-doctype":
            body = body.replace(b"?>\n", b"?>\n<!DOCTYPE a [<!ENTITY b 'c'>]>\n", 1)
        self.answer(200, body)

    def answer_page(self, scanner):
        status, data, way = scanner.next_page()
        if data is None:
            self.answer(status)
        elif way is None:
            self.answer(200, data, "image/jpeg")
        else:
            self.send_wrong(data, way)
            scanner.after(way)

    def send_wrong(self, data, way):
        half = data[:len(data) // 2]
        if way == "half":
            self.answer(200, half, "image/jpeg")
        elif way == "zeros":
            self.answer(200, half + bytes(len(data) - len(half)), "image/jpeg")
        else:
            self.send_response(200)
            self.send_header("Content-Type", "image/jpeg")
            if way == "chunked-drop":
                self.send_header("Transfer-Encoding", "chunked")
                half = b"%x\r\n%s\r\n" % (len(half), half)
            else:
                self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(half)
            self.wfile.flush()
            if way == "stall":
                self.tell_stalled()
                self.connection.settimeout(60)
                try:
                    self.connection.recv(1)  # until the other side gives up
                except OSError:
                    pass
            self.close_connection = True

    def tell_stalled(self):
        try:
            os.write(sys.stdout.fileno(), b"stalled\n")
        except BrokenPipeError:
            pass  # whoever started it does not listen

    def do_POST(self):
        xml = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        scanner = self.server.scanner
        with scanner.lock:
            scanner.read_control()
            started = scanner.start(xml) if self.path == "/eSCL/ScanJobs" else 404
            if isinstance(started, int):
                self.answer(started)
                return
            host = "scanner.invalid" if scanner.fault == "foreign-location" \
                else "127.0.0.1:%d" % self.server.server_port
            headers = [("Location", "http://%s%s" % (host, started))]
            self.answer(201, headers=[] if scanner.fault == "no-location" else headers)

    def do_DELETE(self):
        scanner = self.server.scanner
        with scanner.lock:
            known = scanner.job and self.path == scanner.job["path"]
            if known and scanner.job["state"] == "Processing":
                scanner.sides -= scanner.back
                scanner.back = 0
                scanner.finish("Canceled", "JobCanceledByUser")
            self.answer(200 if known else 404)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--log", action="store_true")
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", arguments.port), Handler)
    server.daemon_threads = True
    server.verbose = arguments.log
    server.scanner = Scanner(arguments.control)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
