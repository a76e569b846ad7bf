"""Whatever is sent, the answer is a stored record or a problem with the request; and how fast it is."""

from __future__ import annotations

import io
from functools import partial
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from counted_calls import counted
from integration.sandbox.sage200_world import Sage, sage

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=40)
    | st.sampled_from(["2026-03-02T00:00:00Z", "EnumLineTypeComment", "0", "x" * 300, 1e300, -1, 0]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=5,
)
HEADER = ["customer_id", "document_date", "customer_document_no", "lines", "delivery_address", "is_editing"]
HEADER += [
    "payment_with_order",
    "payment_method_id",
    "payment_value",
    "payment_type",
    "document_discount_percent",
]
HEADER += [
    "exchange_rate",
    "customer_type",
    "spare_text_1",
    "spare_number_1",
    "spare_date_1",
    "spare_bool_1",
    "memos",
]
LINE = [
    "line_type",
    "product_id",
    "warehouse_id",
    "code",
    "description",
    "line_quantity",
    "to_allocate_quantity",
]
LINE += [
    "selling_unit_price",
    "unit_discount_value",
    "unit_discount_percent",
    "tax_code_id",
    "nominal_reference",
]
LINE += ["cost_price", "spare_text_1", "is_to_delete", "id", "requested_delivery_date"]


@pytest.fixture(scope="module")
def world() -> Sage:
    return sage(items=3)


@given(
    st.dictionaries(st.sampled_from(HEADER), JSON, max_size=3),
    st.dictionaries(st.sampled_from(LINE), JSON, max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_any_order_is_stored_or_refused(world: Sage, header: dict[str, Any], line: dict[str, Any]) -> None:
    body = {**world.order({**world.item_line(), **line}), **header}
    before = world.company.books()["counts"]["orders"]
    answer = world.call("POST", "sop_orders", content=msgspec.json.encode(body))
    assert answer.status_code in (200, 400), answer.text
    stored = world.company.books()["counts"]["orders"] - before
    assert stored == (1 if answer.status_code == 200 else 0)
    if answer.status_code == 200:
        changed = world.call(
            "PUT",
            f"sop_orders/{answer.json()['id']}",
            content=msgspec.json.encode({**header, "lines": [line]}),
        )
        assert changed.status_code in (200, 400), changed.text
    assert world.company.books()["violations"] == []


@given(
    st.dictionaries(
        st.sampled_from(["name", "reference", "contacts", "main_address", "credit_limit", "currency_id"]),
        JSON,
    )
)
@settings(max_examples=60, deadline=None)
def test_any_customer_is_stored_or_refused(world: Sage, body: dict[str, Any]) -> None:
    answer = world.call(
        "POST", "customers", content=msgspec.json.encode({"reference": "FUZZ", "name": "x", **body})
    )
    assert answer.status_code in (200, 400), answer.text
    if answer.status_code == 200:
        assert world.call("GET", f"customers/{answer.json()['id']}").status_code == 200
        assert world.call("DELETE", f"customers/{answer.json()['id']}").status_code == 200


@pytest.mark.parametrize("raw", [b"", b"{", b"null", b"[]", b'"x"', b"\xff\xfe", b'{"a": NaN}', b"1" * 5000])
def test_bodies_that_are_no_object_are_refused(world: Sage, raw: bytes) -> None:
    for path in (
        "sop_orders",
        "customers",
        "products",
        "sop_confirm_despatch",
        "sales_receipts",
        "sales_allocations",
    ):
        assert world.call("POST", path, content=raw).status_code == 400
    assert world.call("PUT", "couriers", content=raw).status_code in (200, 400)


def test_orders_are_entered_and_found_with_few_calls() -> None:
    """The cost of an order does not grow with those that are there; counted, with room for a half more."""
    world = sage(items=12, longest_query=None, most_nodes=None)
    lines = [world.item_line(f"HUB-{number:04d}", selling_unit_price=10) for number in range(1, 6)]
    known = world.face.credentials

    def call(verb: str, query: str = "", raw: bytes = b"") -> bytes:
        environ = {
            "REQUEST_METHOD": verb,
            "PATH_INFO": "/uk/sage200extra/accounts/v1/sop_orders",
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(raw)),
            "HTTP_AUTHORIZATION": f"Bearer {world.tokens.access_token}",
            "HTTP_X_SITE": known.site_id,
            "HTTP_X_COMPANY": str(known.company_id),
            "HTTP_OCP_APIM_SUBSCRIPTION_KEY": known.subscription_key,
            "wsgi.input": io.BytesIO(raw),
        }
        return b"".join(world.face.app(environ, lambda status, headers, *_: lambda data: None))

    bodies = [
        msgspec.json.encode(world.order(*lines, customer_document_no=f"{one:09d}")) for one in range(1000)
    ]
    efforts = [counted(partial(call, "POST", raw=body))[0] for body in bodies]
    assert max(efforts) < 3500
    assert efforts[-1] <= efforts[10], "the thousandth costs what the tenth did"
    terms = quote(" or ".join(f"customer_document_no eq '{one * 19:09d}'" for one in range(50)))
    effort, answer = counted(lambda: call("GET", f"$filter={terms}&$select=id,customer_document_no"))
    assert len(msgspec.json.decode(answer)) == 50
    assert effort < 20_000, "found by an index, and not by looking at each order"
