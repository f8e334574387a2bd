"""The description of the REST interface (OpenAPI 3.1), made of the table that answers it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any, Final

import msgspec

from signaling import rest
from signaling.api.blob_answer import Blob
from signaling.api.call import Call
from signaling.border import STATUS
from signaling.domain.errors import Code
from signaling.recording_player import Stretch

PATH: Final = "/api/openapi.json"
REF: Final = "#/components/schemas/{name}"
OCTETS: Final = "application/octet-stream"
BYTES: Final[dict[str, Any]] = {OCTETS: {"schema": {"type": "string", "format": "binary"}}}
_BYTES: Final = (Blob, Stretch)
_NAME: Final = re.compile(r"\{(\w+)\}")


def describe(calls: Sequence[Call], version: str, cookie: str) -> dict[str, Any]:
    """Return the whole description; ``cookie`` is the name of what a browser is known by."""
    types = [rest.Problem, *_types(calls)]
    schemas, components = msgspec.json.schema_components(types, ref_template=REF)
    schema_of = dict(zip(map(_hashed, types), schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for call in calls:
        described = _operation(call, schema_of, components)
        paths.setdefault(call.path, {})[call.method.lower()] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "Quietroom", "version": version},
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {
                "browser": {"type": "apiKey", "in": "cookie", "name": cookie},
                "program": {"type": "http", "scheme": "bearer"},
            },
        },
        "security": [{"browser": []}, {"program": []}],
    }


def _types(calls: Iterable[Call]) -> list[Any]:
    found: dict[Any, Any] = {}
    for call in calls:
        for each in (call.body, call.query, call.answer, *call.words.values()):
            if each is not None and each not in _BYTES:
                found[_hashed(each)] = each
    return list(found.values())


def _hashed(kind: Any) -> str:
    return repr(kind)


def _operation(call: Call, schema_of: dict[str, Any], components: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        "summary": call.summary,
        "operationId": _operation_id(call),
        "parameters": _parameters(call, schema_of, components),
        "responses": _responses(call, schema_of),
    }
    if call.body is not None:
        schema = schema_of[_hashed(call.body)]
        found["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": schema}},
        }
    if call.takes:
        found["requestBody"] = {"required": True, "content": BYTES}
    return found


def _operation_id(call: Call) -> str:
    words = re.sub(r"[{}]", "", call.path.removeprefix("/api/v1/"))
    return f"{call.method.lower()}_{re.sub(r'[^a-z_]+', '_', words)}"


def _parameters(
    call: Call, schema_of: dict[str, Any], components: dict[str, Any]
) -> list[dict[str, Any]]:
    found = []
    for name in _NAME.findall(call.path):
        schema: dict[str, Any] = {"type": "string"}
        if name.endswith("_id"):
            schema = {"type": "string", "format": "uuid"}
        elif name in call.words:
            schema = schema_of[_hashed(call.words[name])]
        found.append({"name": name, "in": "path", "required": True, "schema": schema})
    if call.query is not None:
        asked = components[call.query.__name__]
        found += [
            {"name": name, "in": "query", "required": name in asked["required"], "schema": schema}
            for name, schema in asked["properties"].items()
        ]
    if call.makes:
        schema = {"type": "string", "pattern": "^[!-~]{1,64}$"}
        found.append({"name": "Idempotency-Key", "in": "header", "schema": schema})
    if call.answer is Stretch:
        schema = {"type": "string", "pattern": "^bytes=[0-9]{0,18}-[0-9]{0,18}$"}
        found.append({"name": "Range", "in": "header", "schema": schema})
    return found


def _responses(call: Call, schema_of: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if call.answer is None:
        found["204"] = {"description": "Done."}
    elif call.answer is Stretch:
        bytes_of = {"*/*": BYTES[OCTETS]}
        found["200"] = {"description": "All of it.", "content": bytes_of}
        found["206"] = {"description": "Some of it, as was asked for.", "content": bytes_of}
        found["416"] = {"description": "It does not reach so far."}
    elif call.answer is Blob:
        found["200"] = {"description": "Done.", "content": {"*/*": BYTES[OCTETS]}}
    else:
        content = {"application/json": {"schema": schema_of[_hashed(call.answer)]}}
        if "csv" in getattr(call.query, "__struct_fields__", ()):
            content["text/csv"] = {"schema": {"type": "string"}}
        found[str(call.status.value)] = {"description": "Done.", "content": content}
    problem = {"application/problem+json": {"schema": schema_of[_hashed(rest.Problem)]}}
    for status, codes in _by_status({*call.always, *call.codes}).items():
        told = ", ".join(code.value for code in codes)
        found[str(status.value)] = {"description": told, "content": problem}
    return found


def _by_status(codes: Iterable[Code]) -> dict[HTTPStatus, list[Code]]:
    found: dict[HTTPStatus, list[Code]] = {}
    for code in sorted(codes):
        found.setdefault(STATUS.get(code, HTTPStatus.BAD_REQUEST), []).append(code)
    return dict(sorted(found.items()))
