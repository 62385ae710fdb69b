# SPDX-License-Identifier: Apache-2.0
"""ui/api/openapi.json as tests hold answers against it: the words of JSON Schema that it uses, no more."""
import json
import os
import re

with open(os.path.join(os.environ["ANJUAN_SOURCE"], "ui/api/openapi.json"), encoding="utf-8") as file:
    API = json.load(file)


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


def answer_faults(operation, status, kind, text):
    """What of an answer is not in the document."""
    if status >= 400:
        if not kind.startswith("application/problem+json"):
            return [f"{status} is no problem+json but {kind}"]
        return faults({"$ref": "#/components/schemas/Problem"}, json.loads(text))
    documented = operation["responses"].get(str(status))
    if documented is None:
        return [] if status in (206, 304) else [f"{status} is not in the document"]
    content = {name.split(";")[0]: one for name, one in documented.get("content", {}).items()}
    if text and kind.split(";")[0] not in content:
        return [f"{status} comes as {kind}, not {' or '.join(content)}"]
    schema = content.get(kind.split(";")[0], {}).get("schema")
    return faults(schema, json.loads(text)) if schema is not None and kind.startswith("application/json") else []


def operation_of(method, path):
    """The operation of a path below /api/v1, or None."""
    found = None
    for pattern, item in API["paths"].items():
        if re.fullmatch(re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(pattern)), path) and method.lower() in item:
            if found is None or "{" not in pattern:
                found = item[method.lower()]
    return found
