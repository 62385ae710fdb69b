#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""An IPP printer that is not there.

    ipp_sim.py --control FILE --keep FOLDER

prints "PORT\n" once it listens on 127.0.0.1, and ends when its standard input is closed. FILE is
JSON, read again before each request: {"state": 3, "reasons": ["none"], "message": "",
"refuse": false, "job": 9}.
What was printed is kept as FOLDER/N (N = job id).
"""
import argparse
import json
import os
import struct
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

OPERATION, JOB, END, PRINTER = 1, 2, 3, 4
INTEGER, ENUM, TEXT, KEYWORD, CHARSET, LANGUAGE = 0x21, 0x23, 0x41, 0x44, 0x47, 0x48


def attribute(tag, name, value):
    if isinstance(value, int):
        value = struct.pack(">i", value)
    elif isinstance(value, str):
        value = value.encode()
    name = name.encode()
    return struct.pack(">BH", tag, len(name)) + name + struct.pack(">H", len(value)) + value


def reply(status, request_id, groups=b""):
    return (struct.pack(">BBHi", 2, 0, status, request_id) + bytes([OPERATION])
            + attribute(CHARSET, "attributes-charset", "utf-8")
            + attribute(LANGUAGE, "attributes-natural-language", "en") + groups + bytes([END]))


def document_after(body):
    """What stands behind the end-of-attributes tag."""
    at = 8
    while body[at] != END:
        at += 1
        if body[at - 1] >= 0x10:
            at += 2 + struct.unpack(">H", body[at:at + 2])[0]
            at += 2 + struct.unpack(">H", body[at:at + 2])[0]
    return body[at + 1:]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *arguments):
        pass

    def body(self):
        if "Content-Length" in self.headers:
            return self.rfile.read(int(self.headers["Content-Length"]))
        parts = []
        while True:
            size = int(self.rfile.readline(), 16)
            parts.append(self.rfile.read(size))
            self.rfile.readline()
            if size == 0:
                return b"".join(parts)

    def do_POST(self):
        body = self.body()
        operation, request_id = struct.unpack(">Hi", body[2:8])
        with open(self.server.control) as file:
            state = json.load(file)
        answer = self.answer(operation, request_id, state, body)
        self.send_response(200)
        self.send_header("Content-Type", "application/ipp")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def answer(self, operation, request_id, state, body):
        if operation == 0x000B:
            reasons = state["reasons"]
            attributes = attribute(ENUM, "printer-state", state["state"])
            attributes += attribute(KEYWORD, "printer-state-reasons", reasons[0])
            for reason in reasons[1:]:
                attributes += attribute(KEYWORD, "", reason)
            attributes += attribute(TEXT, "printer-state-message", state.get("message", ""))
            return reply(0, request_id, bytes([PRINTER]) + attributes)
        if operation == 0x0002 and not state.get("refuse"):
            self.server.jobs += 1
            with open(os.path.join(self.server.keep, str(self.server.jobs)), "wb") as file:
                file.write(document_after(body))
            return reply(0, request_id,
                         bytes([JOB]) + attribute(INTEGER, "job-id", self.server.jobs)
                         + attribute(ENUM, "job-state", 3))
        if operation == 0x0009:
            return reply(0, request_id,
                         bytes([JOB]) + attribute(ENUM, "job-state", state.get("job", 9)))
        return reply(0x0506, request_id)  # not accepting jobs


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--control", required=True)
    parser.add_argument("--keep", required=True)
    arguments = parser.parse_args()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.control, server.keep, server.jobs = arguments.control, arguments.keep, 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(server.server_port, flush=True)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
