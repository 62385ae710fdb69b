# SPDX-License-Identifier: Apache-2.0
"""A real daemon on a free port of loopback, and clients that talk to it."""
import base64
import hashlib
import http.client
import json
import os
import queue
import subprocess
import tempfile
import sys
import threading
import unittest
import urllib.parse

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../e2e"))
from document import answer_faults, operation_of  # noqa: E402

PROGRAM = os.environ["ANJUAN"]
SOURCE = os.environ["ANJUAN_SOURCE"]
BUILD = os.environ["ANJUAN_BUILD"]
PAGES = os.path.join(BUILD, "tests/pages/anjuan-pages")
ROLES = ["clerk", "archivist", "auditor", "supervisor", "admin"]
SECRET = "河边的树 7"
FORM = "application/x-www-form-urlencoded"
PATIENCE_S = int(os.environ.get("ANJUAN_PATIENCE_S", "120"))


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {self.body[:400]!r}"


class Client:
    """One browser: a cookie and a token."""

    def __init__(self, server):
        self.server = server
        self.cookie = None
        self.csrf = None

    def headers(self, more):
        headers = {"Accept-Language": "en"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if self.csrf:
            headers["X-CSRF-Token"] = self.csrf
        headers.update(more or {})
        return {name: value for name, value in headers.items() if value is not None}

    def send(self, method, path, body=None, headers=None):
        headers = self.headers(headers)
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        if not path.startswith(("/login", "/first-run", "/p/", "/healthz", "/readyz", "/metrics")):
            path = "/api/v1" + path
        answer = self.raw(method, path, body, headers)
        self.hold(method, path, answer)
        return answer

    def hold(self, method, path, answer):
        """Every answer of the API is one that the document describes."""
        operation = operation_of(method, path.split("?")[0].removeprefix("/api/v1"))
        if operation and operation["operationId"] != "events":
            kind = answer.headers.get("Content-Type", "")
            found = answer_faults(operation, answer.status, kind, answer.body)
            assert not found, f"{method} {path}: {found[:3]} in {answer}"
            kept = answer.headers.get("Cache-Control", "")
            assert "no-store" in kept, f"{method} {path}: a browser may keep it ({kept})"

    def raw(self, method, path, body=None, headers=None):
        """A request as it is: path in full, headers given."""
        connection = self.server.connection()
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers, answer.read())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post(self, path, body, **more):
        return self.send("POST", path, body, **more)

    def want(self, status, method, path, body=None, **more):
        answer = self.send(method, path, body, **more)
        assert answer.status == status, f"{method} {path}: wanted {status}, got {answer}"
        return answer

    def form(self, path, **fields):
        return self.send("POST", path, urllib.parse.urlencode(fields).encode(), {"Content-Type": FORM})

    def sign_on(self, who, secret=SECRET):
        answer = self.form("/login", who=who, secret=secret)
        assert answer.status == 303, f"sign-on of {who}: {answer}"
        self.cookie = answer.headers["Set-Cookie"].split(";")[0]
        self.csrf = self.want(200, "GET", "/session").json["csrf"]
        return self

    def upload(self, number, path, kind):
        with open(path, "rb") as file:
            body = file.read()
        digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
        return self.send("PUT", f"/cases/{number}/uploads/{os.path.basename(path)}", body,
                         {"Content-Type": kind, "Repr-Digest": f"sha-256=:{digest}:"})


class Events:
    """The event stream of a client; `wait` returns the first event that a test wants."""

    def __init__(self, client, after=None, last=None):
        path = "/api/v1/events" + (f"?after={after}" if after is not None else "")
        headers = client.headers({"Last-Event-ID": str(last) if last is not None else None})
        self.connection = http.client.HTTPConnection(client.server.address, timeout=PATIENCE_S)
        self.connection.request("GET", path, headers=headers)
        self.stream = self.connection.getresponse()
        assert self.stream.status == 200, self.stream.status
        self.arrived = queue.Queue()
        self.seen = []
        threading.Thread(target=self.read, daemon=True).start()

    def read(self):
        event = {}
        try:
            for line in self.stream:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name in ("id", "event", "data"):
                    event[name] = value
                elif not line.strip() and "data" in event:
                    self.arrived.put((event.get("event"), event.get("id"), json.loads(event["data"]), value))
                    event = {}
        except (OSError, ValueError, AttributeError):
            pass  # the test is over and the connection closed

    def wait(self, fits, what):
        while True:
            try:
                kind, seq, data, _ = self.arrived.get(timeout=PATIENCE_S)
            except queue.Empty:
                raise AssertionError(f"no event: {what}; seen {self.seen[-5:]}") from None
            self.seen.append((kind, seq, data))
            if fits(kind, data):
                return int(seq) if seq else None, data

    def close(self):
        self.connection.sock.close() if self.connection.sock else None


class Server:
    def __init__(self, *options, samples=True):
        self.folder = tempfile.TemporaryDirectory()
        self.data = os.path.join(self.folder.name, "data")
        self.options = options
        self.tls = None  # an ssl.SSLContext where it speaks TLS
        self.run("init", *(["--samples"] if samples else []))
        self.process = None
        self.code = None

    def run(self, *arguments, want=0):
        done = subprocess.run([PROGRAM, *arguments, "--data", self.data], capture_output=True, text=True,
                              timeout=PATIENCE_S, check=False)
        assert done.returncode == want, f"anjuan {arguments}: {done.returncode}\n{done.stdout}{done.stderr}"
        return done.stdout

    def start(self, *options):
        self.process = subprocess.Popen(
            [PROGRAM, "serve", "--data", self.data, "--lang", "en", "--listen", "127.0.0.1:0", "--no-browser",
             *self.options, *options], stdout=subprocess.PIPE, text=True)
        self.address = self.process.stdout.readline().strip().split("://")[-1]
        assert self.address, "the daemon did not start"
        return self

    def connection(self):
        if self.tls is not None:
            return http.client.HTTPSConnection(self.address, timeout=PATIENCE_S, context=self.tls)
        return http.client.HTTPConnection(self.address, timeout=PATIENCE_S)

    def stop(self):
        if self.process:
            self.process.terminate()
            status = self.process.wait(timeout=PATIENCE_S)
            self.process.stdout.close()
            self.process = None
            assert status == 0, f"the daemon ended with {status}"

    def first_run(self):
        line = self.process.stdout.readline()
        self.code = line.split(": ")[1].strip()
        answer = Client(self).form("/first-run", code=self.code, name="管理员", secret=SECRET, again=SECRET)
        assert answer.status == 303, answer
        return Client(self).sign_on("000001")

    def people(self, admin):
        """One signed-on person of every role."""
        people = {"admin": admin}
        for at, role in enumerate(ROLES[:-1]):
            number = f"{at + 10:06d}"
            admin.want(201, "POST", "/users",
                       {"number": number, "name": role, "roles": [role], "secret": SECRET})
            people[role] = Client(self).sign_on(number)
        return people

    def pages(self, *arguments):
        folder = tempfile.mkdtemp(dir=self.folder.name)
        # The threads that are looked at are the daemon's; the generator draws with libraries that
        # the thread sanitizer does not see into.
        quiet = dict(os.environ, TSAN_OPTIONS=os.environ.get("TSAN_OPTIONS", "") + ":report_bugs=0")
        drawn = subprocess.run([PAGES, *arguments, "--out", folder], check=False, env=quiet,
                               capture_output=True, timeout=PATIENCE_S)
        if drawn.returncode != 0:
            raise AssertionError((drawn.args, drawn.returncode, drawn.stderr.decode(errors="replace")))
        return folder

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process:
            self.stop()
        self.folder.cleanup()


def run_tests():
    """The tests of the program that was started, with the line that tests/run counts by."""
    program = unittest.main(verbosity=2, exit=False)
    result = program.result
    failed = len(result.failures) + len(result.errors)
    print(f"{max(0, result.testsRun - failed - len(result.skipped))} cases passed")
    sys.exit(0 if result.wasSuccessful() else 1)
