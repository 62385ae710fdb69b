#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the real server against ui/api/openapi.json.

Starts the daemon on an empty data folder, signs on one person of every role, and sends every
operation of the document as nobody, as every role, and with broken bodies. It checks that

  - every operation of the document is there, and asks for a session;
  - each role gets what `x-roles` says and nothing else;
  - commands without the CSRF token are refused;
  - every answer of JSON fits its schema, every refusal is a problem of the one list;
  - bodies that do not fit their schema are refused with 4xx, never with 5xx.
"""
import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
import urllib.parse

sys.path.insert(0, os.path.dirname(__file__))
from document import API, answer_faults, example  # noqa: E402

SOURCE = os.environ["ANJUAN_SOURCE"]
PROGRAM = os.environ["ANJUAN"]
ROLES = ["clerk", "archivist", "auditor", "supervisor", "admin"]
SECRET = "河边的树 7"
FORM = "application/x-www-form-urlencoded"
# Streams that do not end, and the operation that ends the session it runs in.
LEFT_OUT = {("get", "/events"), ("delete", "/session")}


class Client:
    """One browser: a cookie, a token, one request at a time."""

    def __init__(self, address):
        self.address = address
        self.cookie = None
        self.csrf = None

    def send(self, method, path, body=None, kind="application/json", csrf=True):
        headers = {"Accept-Language": "zh"}
        if self.cookie:
            headers["Cookie"] = self.cookie
        if csrf and self.csrf:
            headers["X-CSRF-Token"] = self.csrf
        if body is not None:
            headers["Content-Type"] = kind
            body = body if isinstance(body, (bytes, str)) else json.dumps(body)
            body = body.encode() if isinstance(body, str) else body
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            connection.request(method.upper(), path, body, headers)
            answer = connection.getresponse()
            return answer.status, answer.getheader("Content-Type", ""), answer.read(), answer
        finally:
            connection.close()

    def sign_on(self, who):
        form = urllib.parse.urlencode({"who": who, "secret": SECRET})
        status, _, _, answer = self.send("POST", "/login", form, FORM)
        assert status == 303, f"sign-on of {who}: {status}"
        self.cookie = answer.getheader("Set-Cookie").split(";")[0]
        self.csrf = json.loads(self.send("GET", "/api/v1/session")[2])["csrf"]


class Contract:
    def __init__(self, address, code):
        self.address = address
        self.found = []
        self.values = {"number": "0" * 24, "code": "none", "document": "1", "name": "a.tif", "batch": "1",
                       "id": "1-1-a", "job": "none", "ledger": "received", "device": "none",
                       "user": "000099", "backup": "none", "region": "full", "size": "max", "rotation": "0",
                       "quality": "default.jpg"}
        form = urllib.parse.urlencode({"code": code, "name": "管理员", "secret": SECRET, "again": SECRET})
        assert Client(address).send("POST", "/first-run", form, FORM)[0] == 303, "first run"
        self.people = {role: self.person(role, at) for at, role in enumerate(ROLES)}

    def person(self, role, at):
        client = Client(self.address)
        if role == "admin":
            client.sign_on("000001")
            return client
        admin = Client(self.address)
        admin.sign_on("000001")
        number = f"{at + 10:06d}"
        body = {"number": number, "name": role, "roles": [role], "secret": SECRET}
        status, _, text, _ = admin.send("POST", "/api/v1/users", body)
        assert status == 201, f"POST /users: {status} {text.decode()}"
        client.sign_on(number)
        return client

    def seed(self):
        """A case, so that what asks for one finds one."""
        clerk = self.people["clerk"]
        spare = {"number": "000099", "name": "备用", "roles": ["clerk"], "secret": SECRET}
        assert self.people["admin"].send("POST", "/api/v1/users", spare)[0] == 201, "POST /users"
        items = json.loads(clerk.send("GET", "/api/v1/items")[2])["items"]
        self.values["code"] = items[0]["code"]
        status, _, text, _ = clerk.send("POST", "/api/v1/cases", {"item": items[0]["code"], "applicant": "张三"})
        assert status == 201, f"POST /cases: {status} {text.decode()}"
        self.values["number"] = json.loads(text)["number"]

    def note(self, who, method, path, text):
        self.found.append(f"{method.upper()} {path} as {who}: {text}")

    def address_of(self, path, operation):
        full = "/api/v1" + re.sub(r"\{(\w+)\}", lambda part: self.values[part[1]], path)
        query = [(one["name"], example(one["schema"])) for one in operation.get("parameters", [])
                 if one.get("in") == "query" and one.get("required")]
        return full + ("?" + urllib.parse.urlencode(query) if query else "")

    def body_of(self, operation):
        content = operation.get("requestBody", {}).get("content", {})
        if "application/json" in content:
            return example(content["application/json"]["schema"]), "application/json"
        kind = next(iter(content), None)
        return (None, "application/json") if kind is None else ("", kind)

    def check_answer(self, who, method, path, operation, answer):
        status, kind, text, _ = answer
        if status >= 500:
            self.note(who, method, path, f"{status} {text.decode(errors='replace')[:200]}")
        for one in answer_faults(operation, status, kind, text):
            self.note(who, method, path, one)

    def check_roles(self, method, path, operation):
        full = self.address_of(path, operation)
        body, kind = self.body_of(operation)
        status = Client(self.address).send(method, full, body, kind)[0]
        if status != 401:
            self.note("nobody", method, path, f"{status}, not 401")
        for role in ROLES:
            answer = self.people[role].send(method, full, body, kind)
            problem = json.loads(answer[2]) if answer[1].startswith("application/problem") else {}
            code = problem.get("code")
            if role not in operation["x-roles"]:
                if answer[0] != 403:
                    self.note(role, method, path, f"{answer[0]}, not 403")
            elif code in ("no-route", "method"):
                self.note(role, method, path, "is not there")
            elif code == "forbidden" and problem["detail"] == "/api/v1" + path:  # by the route, not by the act
                self.note(role, method, path, "is refused against the table")
            self.check_answer(role, method, path, operation, answer)

    def check_commands(self, method, path, operation):
        if method == "get":
            return
        role = operation["x-roles"][0]
        body, kind = self.body_of(operation)
        full = self.address_of(path, operation)
        status = self.people[role].send(method, full, body, kind, csrf=False)[0]
        if status != 403:
            self.note(role, method, path, f"without CSRF token {status}, not 403")
        if kind != "application/json" or body is None:
            return
        for broken in (b"", b"{", b"[]", b'{"a":1,"a":2}', b'{"no such member":1}', b"\xff\xfe"):
            answer = self.people[role].send(method, full, broken, kind)
            if not 400 <= answer[0] < 500:
                self.note(role, method, path, f"{broken!r}: {answer[0]}, not 4xx")

    def run(self):
        self.seed()
        for path, item in API["paths"].items():
            for method, operation in item.items():
                if method == "parameters" or (method, path) in LEFT_OUT:
                    continue
                self.check_roles(method, path, operation)
                self.check_commands(method, path, operation)
        return self.found


def main():
    with tempfile.TemporaryDirectory(prefix="anjuan-contract-") as folder:
        data = os.path.join(folder, "data")
        subprocess.run([PROGRAM, "init", "--data", data, "--samples"], check=True, stdout=subprocess.DEVNULL)
        daemon = subprocess.Popen([PROGRAM, "serve", "--data", data, "--listen", "127.0.0.1:0"],
                                  stdout=subprocess.PIPE, text=True)
        try:
            address = daemon.stdout.readline().strip().split("//")[1]
            code = re.search(r"\d{8}", daemon.stdout.readline())[0]
            found = Contract(address, code).run()
        finally:
            daemon.terminate()
            daemon.wait(timeout=30)
    for line in found:
        print(line)
    operations = sum(len(item) - ("parameters" in item) for item in API["paths"].values()) - len(LEFT_OUT)
    print(f"{0 if found else operations} cases passed")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
