"""The simulated businesses, and a client that knows the vendor's Swagger and nothing else.

Every answer of the API is compared with the Swagger: lists are wrapped and decimals are texts, as the contract page
says against it (§3.1, §3.3).
"""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
from jsonschema import Draft4Validator

from tidegate_sandbox.business_cloud import build, demo_company
from tidegate_sandbox.clock import SandboxClock
from tidegate_sandbox.faults import FaultPlan
from tidegate_sandbox.inprocess import InProcessTransport

START = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
ORIGIN = "https://sage.example"
SWAGGER = Path(__file__).parents[3] / "data" / "business_cloud" / "swagger.json"
DECIMAL = {"type": "string", "pattern": r"^-?\d+\.\d+$"}
WRAPPER = {"$total", "$page", "$next", "$back", "$itemsPerPage", "$items_per_page", "$items"}


@cache
def swagger() -> dict[str, Any]:
    """The vendor's file."""
    found: dict[str, Any] = json.loads(SWAGGER.read_text())
    return found


@cache
def definitions() -> dict[str, Any]:
    """The vendor's definitions as the answers really are: decimals as texts, null for what is empty, nothing besides."""
    found: dict[str, Any] = _as_sent(swagger()["definitions"])
    return found


def _as_sent(schema: Any) -> Any:
    if isinstance(schema, list):
        return [_as_sent(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if schema.get("type") == "number":
        return {"anyOf": [DECIMAL, {"type": "null"}]}
    if "$ref" in schema:
        return {"anyOf": [{"$ref": schema["$ref"]}, {"type": "null"}]}
    made = {name: _as_sent(value) for name, value in schema.items() if name != "format"}
    if isinstance(schema.get("type"), str):
        made["type"] = [schema["type"], "null"]
        if schema["type"] == "object" and "properties" in schema:
            made["additionalProperties"] = False
    return made


@cache
def _path_of(path: str) -> str:
    """The path of the Swagger that an address is of."""
    for known in swagger()["paths"]:
        if re.fullmatch(re.sub(r"\{key\}", "[^/]+", known), path):
            return str(known)
    raise AssertionError(f"the Swagger has no path {path}")


def check(method: str, path: str, status: int, body: Any) -> None:
    """The answer is one that the Swagger describes. AssertionError where it is not."""
    operation = swagger()["paths"][_path_of(path)][method.lower()]
    described = operation["responses"].get(str(status))
    assert described is not None, f"{method} {path} may not answer {status}"
    schema = described.get("schema")
    if schema is None:
        assert body is None, "no body is described"
        return
    if schema.get("type") == "array":
        assert body.keys() <= WRAPPER, body.keys() - WRAPPER
        assert isinstance(body["$total"], int)
        rows, schema = body["$items"], schema["items"]
    else:
        rows = [body]
    validator = Draft4Validator({**_as_sent(schema), "definitions": definitions()})
    for row in rows:
        faults = sorted(
            f"{'/'.join(map(str, one.path))}: {one.message}" for one in validator.iter_errors(row)
        )
        assert faults == [], f"{method} {path}: {faults[:5]}"


class World:
    """Both businesses, and a client of the first one."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("access_seconds", 60 * 86400)  # else a test of days renews its token
        self.clock = SandboxClock.virtual(START)
        self.erp = demo_company(self.clock, items=65, timezone="UTC")
        self.faults = FaultPlan(seed=1)
        self.face, self.wire = build(self.clock, self.faults, self.erp, **options)
        self.client = httpx.Client(transport=InProcessTransport(self.wire), base_url=ORIGIN)
        self.business = self.face.credentials.business_id
        self.token = self.face.sign_in().access_token
        self.checked: set[tuple[str, str]] = set()

    def call(self, method: str, path: str, body: Any = None, **query: str) -> httpx.Response:
        """One call; an answer with success is compared with the Swagger."""
        answer = self.client.request(
            method,
            f"/v3.1{path}",
            params=query,
            json=body,
            headers={"Authorization": f"Bearer {self.token}", "X-Business": self.business},
        )
        if answer.is_success and path != "/businesses/lead":
            check(method, path, answer.status_code, answer.json() if answer.content else None)
            self.checked.add((method, _path_of(path)))
        return answer

    def get(self, path: str, **query: str) -> Any:
        """The body of a read that works."""
        answer = self.call("GET", path, **query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, wrapper: str, **values: Any) -> Any:
        """The record that was made."""
        answer = self.call("POST", path, {wrapper: values})
        assert answer.status_code == 201, answer.text
        return answer.json()

    def refused(self, answer: httpx.Response) -> tuple[int, str, str]:
        """Status, code and field of the first fault."""
        [first, *_] = answer.json()
        return answer.status_code, first["$dataCode"], first["$source"]

    # What documents name

    def id(self, path: str, shown: str) -> str:
        """The id of a record whose name begins so."""
        rows = self.get(path, items_per_page="200")["$items"]
        return str(next(one["id"] for one in rows if shown in one["displayed_as"]))

    def line(self, **changes: Any) -> dict[str, Any]:
        """A line of goods: three at 19.90."""
        return {
            "description": "Widget, blue",
            "product_id": self.id("/products", "(HUB-0001)"),
            "ledger_account_id": self.id("/ledger_accounts", "(4000)"),
            "quantity": 3,
            "unit_price": "19.90",
            "tax_rate_id": "GB_STANDARD",
            "tax_amount": "11.94",
            **changes,
        }

    def invoice(self, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """The body of an invoice with carriage."""
        return {
            "contact_id": self.id("/contacts", "(WEB)"),
            "date": "2026-03-02",
            "reference": "M2-000012345",
            "shipping_net_amount": 5,
            "shipping_tax_rate_id": "GB_STANDARD",
            "invoice_lines": list(lines) or [self.line()],
            **changes,
        }

    def stock(self, code: str) -> str:
        """The pieces of an item, as the API says."""
        [row] = self.get("/stock_items", search=code, attributes="quantity_in_stock")["$items"]
        return str(row["quantity_in_stock"])
