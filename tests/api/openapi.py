"""What every service's OpenAPI document must say, and nonsense that no route may choke on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from services.chassis.db import new_id

Document = dict[str, Any]
NONSENSE: list[Any] = [
    None, [], "text", 7, True, {"": ""}, {"text": {"a": 1}, "reason": [], "what": 1, "at": "soon", "starts_at": 1e300},
    {"reason": "\u0000", "text": "\u0000", "lines": "x", "note": "\u0000", "name": "\u0000", "company": "\u0000"},
    {"reason": "x" * 100_000, "text": "x" * 100_000},
    {"starts_at": "9999-12-31T23:59:59Z", "at": "9999-12-31T23:59:59Z", "what": "x", "reason": "x",
     "return_at": "9999-12-31T23:59:59+14:00"},
    {"lines": [{"description": "x", "quantity": "1e9", "unit_price": {"amount": "99999999999999.99"}}] * 200,
     "discount_percent": "NaN"},
    {"body": {"calendar": {"week": {}}}, "id": "../x", "name": " "},
]  # fmt: skip


class Ids(dict[str, str]):
    """Fills a path's placeholders: the ids given, a new one for any other."""

    def __missing__(self, name: str) -> str:
        return new_id()


def operations(document: Document) -> list[tuple[str, str, dict[str, Any]]]:
    """(path, method, operation) of every route."""
    return [(path, method, op) for path, item in document["paths"].items() for method, op in item.items()]


IN_BULK = frozenset({"/v1/leads/export.csv", "/v1/imports/{import_id}/rejects.csv"})
"""Contact data in clear: for the tier's own people, and not for operators."""


_ID = "0192f0c1-7b1e-7c3a-9d58-3f1f2f7a9b10"
NEEDED = {
    "/v1/serving": f"?lead_id={_ID}",
    "/v1/ended": f"?workflow_id=cold-call:{_ID}",
    "/v1/customers/{customer_id}/merge": f"?gone={_ID}",
}
"""What a question cannot do without."""


def reading(document: Document) -> list[str]:
    """Paths that are read; the stream of events never ends, so it is left out."""
    return [p for p, method, _ in operations(document) if method == "get" and "/v1/" in p and p != "/v1/events"]


def writing(document: Document) -> list[tuple[str, str]]:
    """(path, method) of every route that takes a JSON body."""
    return [
        (path, method)
        for path, method, op in operations(document)
        if "application/json" in op.get("requestBody", {}).get("content", {})
    ]


def assert_contract(document: Document, contract: str) -> None:
    """Every `METHOD /path/{}` of the contract is a route."""
    wanted = {line for line in contract.replace("\n", "|").split("|") if line}
    found = {f"{method.upper()} {_anonymous(path)}" for path, method, _ in operations(document)}
    assert wanted - found == set()


def _anonymous(path: str) -> str:
    return "/".join("{}" + part.partition("}")[2] if part.startswith("{") else part for part in path.split("/"))


def assert_described(document: Document) -> None:
    """Every route says what it does and how it refuses."""
    for path, method, operation in operations(document):
        if path.startswith("/v1"):
            assert operation["summary"], (path, method)
            assert operation["description"], (path, method)
            assert "application/problem+json" in operation["responses"]["default"]["content"], (path, method)


def assert_examples(document: Document) -> None:
    """Every body has an example."""
    schemas = document["components"]["schemas"]
    lacking = set()
    for _, _, operation in operations(document):
        content = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
        for reference in [content, *content.get("anyOf", [])] if content else []:
            name = reference.get("$ref", "").rpartition("/")[2]
            if name and not (schemas[name].get("example") or schemas[name].get("examples")):
                lacking.add(name)
    assert lacking == set()


async def assert_nonsense_is_refused(
    http: httpx.AsyncClient, method: str, path: str, ids: Ids, headers: Callable[[], dict[str, str]]
) -> None:
    """Never an error of the server, always a problem document."""
    address = path.format_map(ids)
    for body in NONSENSE:
        answer = await http.request(method, address, json=body, headers=headers())
        # Where nothing is required, a body that says nothing is none.
        assert answer.is_success or 400 <= answer.status_code < 500, (body, answer.text)
        if not answer.is_success:
            assert answer.headers["content-type"] == "application/problem+json", body
