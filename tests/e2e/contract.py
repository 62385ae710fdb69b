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

SOURCE = os.environ["ANJUAN_SOURCE"]
PROGRAM = os.environ["ANJUAN"]
API = json.load(open(os.path.join(SOURCE, "ui/api/openapi.json"), encoding="utf-8"))
ROLES = ["clerk", "archivist", "auditor", "supervisor", "admin"]
SECRET = "河边的树 7"
FORM = "application/x-www-form-urlencoded"
# Streams that do not end, and the operation that ends the session it runs in.
LEFT_OUT = {("get", "/events"), ("delete", "/session")}


def kind_of(value):
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer"
    return {float: "number", str: "string", list: "array", dict: "object"}[type(value)]


def resolve(schema):
    while "$ref" in schema:
        node = API
        for part in schema["$ref"][2:].split("/"):
            node = node[part]
        schema = node
    return schema


def object_faults(schema, value, path):
    known = schema.get("properties", {})
    found = [f"{path}.{name} is missing" for name in schema.get("required", []) if name not in value]
    for name, member in value.items():
        if name in known:
            found += faults(known[name], member, f"{path}.{name}")
        elif schema.get("additionalProperties") is False:
            found.append(f"{path}.{name} is not in the document")
        elif isinstance(schema.get("additionalProperties"), dict):
            found += faults(schema["additionalProperties"], member, f"{path}.{name}")
    return found


def faults(schema, value, path="$"):
    """What does not fit; the words of JSON Schema that the document uses, no more."""
    schema = resolve(schema)
    if "oneOf" in schema:
        tries = [faults(one, value, path) for one in schema["oneOf"]]
        return [] if any(not one for one in tries) else min(tries, key=len)
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    kind = kind_of(value)
    if kinds and kind not in kinds and not (kind == "integer" and "number" in kinds):
        return [f"{path} is {kind}, not {' or '.join(kinds)}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{path}: {value!r} is none of {schema['enum']}"]
    if kind == "string" and "pattern" in schema and not re.search(schema["pattern"], value):
        return [f"{path}: {value!r} does not fit {schema['pattern']}"]
    if kind in ("integer", "number") and value < schema.get("minimum", value):
        return [f"{path} is below {schema['minimum']}"]
    if kind == "array":
        return [one for at, member in enumerate(value)
                for one in faults(schema.get("items", {}), member, f"{path}[{at}]")]
    return object_faults(schema, value, path) if kind == "object" else []


def example(schema):
    """The smallest value that fits."""
    schema = resolve(schema)
    if "oneOf" in schema:
        return example(schema["oneOf"][0])
    if "enum" in schema:
        return schema["enum"][0]
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    if kind == "object":
        return {name: example(schema["properties"][name]) for name in schema.get("required", [])}
    if kind == "array":
        return [example(schema["items"])] * schema.get("minItems", 0)
    if kind == "string":
        return {"date": "2026-11-20", "date-time": "2026-11-20T02:00:00Z"}.get(
            schema.get("format"), "1" * max(1, schema.get("minLength", 1)))
    return {"integer": schema.get("minimum", 0), "number": 0, "boolean": False, "null": None}[kind]


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
                       "user": "000099", "backup": "none"}
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
        if status >= 400:
            if not kind.startswith("application/problem+json"):
                self.note(who, method, path, f"{status} is no problem+json but {kind}")
                return
            schema = {"$ref": "#/components/schemas/Problem"}
        else:
            documented = operation["responses"].get(str(status))
            if documented is None:
                if status != 304:
                    self.note(who, method, path, f"{status} is not in the document")
                return
            schema = documented.get("content", {}).get("application/json", {}).get("schema")
        if status >= 500:
            self.note(who, method, path, f"{status} {text.decode(errors='replace')[:200]}")
        if schema is not None:
            for one in faults(schema, json.loads(text)):
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
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
