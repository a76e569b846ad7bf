"""Keys and fingerprints."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tidegate.domain.orders import keys
from tidegate.domain.orders.keys import (
    StoreStatus,
    content_changed,
    content_of,
    customer_key,
    order_key,
    payload_hash,
    revision,
    step_key,
    store_status,
)
from tidegate.domain.orders.order import Reductions
from unit.domain.orders import CUST_PO_COUPON, line, order

D = Decimal

payloads = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text() | st.decimals(-(10**12), 10**12, places=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=5),
    max_leaves=20,
)


def test_keys() -> None:
    assert order_key("main", 213) == "magento:main:213"
    assert customer_key("main", 17) == "magento:main:customer:17"
    assert step_key("magento:main:213", "deposit") == "magento:main:213/deposit"


@pytest.mark.parametrize("store", ["", "a:b", "a/b"])
def test_a_store_s_name_must_not_blur_the_key(store: str) -> None:
    with pytest.raises(ValueError):
        order_key(store, 1)


@pytest.mark.parametrize("step", ["", "a/b"])
def test_a_step_s_name_must_not_blur_the_key(step: str) -> None:
    with pytest.raises(ValueError):
        step_key("magento:main:1", step)


def shuffled(value: object, chance: random.Random) -> object:
    if isinstance(value, dict):
        items = [(key, shuffled(item, chance)) for key, item in value.items()]
        chance.shuffle(items)
        return dict(items)
    if isinstance(value, list):
        return tuple(shuffled(item, chance) for item in value)
    if isinstance(value, Decimal):
        return value.quantize(Decimal("0.0000001"))
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return value


@given(payloads, st.randoms(use_true_random=False))
def test_payload_hash_is_stable_over_key_order_and_spelling_of_numbers(
    value: object, chance: random.Random
) -> None:
    assert payload_hash(value) == payload_hash(shuffled(value, chance))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"a": 1}, {"a": "1"}),
        ({"a": None}, {}),
        ([1, 2], [2, 1]),
        ({"a": D("1.0")}, {"a": D("1.01")}),
        ({"a": False}, {"a": 0}),
        ([[1], 2], [1, [2]]),
        ({"a": date(2026, 1, 1)}, {"a": "2026-01-01"}),
    ],
)
def test_payload_hash_distinguishes_contents(one: object, other: object) -> None:
    assert payload_hash(one) != payload_hash(other)


def test_payload_hash_never_changes_between_versions() -> None:
    """Hashes lie in the ledger beside attempts: another algorithm would make every retry a conflict."""
    payload = {
        "lines": [{"code": "HUB-0001", "quantity": D("2.00")}],
        "date": date(2026, 3, 2),
        "note": "Grüße",
    }
    assert payload_hash(payload) == "0e40d1a1f43a216736c678699458374c85ed5eab5daa054c768a249bd61c0794"


@pytest.mark.parametrize("value", [0.1, {"a": [1.5]}, {1: "a"}, b"x", {"a": object()}])
def test_payload_hash_refuses_what_two_machines_may_print_differently(value: object) -> None:
    with pytest.raises(TypeError):
        payload_hash(value)


def test_the_hub_s_own_echo_is_no_new_revision() -> None:
    echo = msgspec.structs.replace(
        CUST_PO_COUPON,
        updated_at=datetime(2026, 12, 1, tzinfo=UTC),
        ext_order_id="0000000002",
        state="processing",
        status="sent_to_sage",
        child_entity_id=99,
        customer=msgspec.structs.replace(CUST_PO_COUPON.customer, account="ABC001", group_id=9),
    )
    assert revision(echo) == revision(CUST_PO_COUPON)


def test_spelling_of_amounts_is_no_new_revision() -> None:
    assert revision(order(line(1, "A", "1.0000", "10.0000"))) == revision(order(line(1, "A", "1", "10")))


@pytest.mark.parametrize(
    "change",
    [
        {"note": "Leave with neighbour"},
        {"po_number": "PO-2"},
        {"payment_method": "checkmo"},
        {"currency": "EUR"},
        {"shipping": None},
        {"billing": msgspec.structs.replace(CUST_PO_COUPON.billing, postcode="48202")},
        {"lines": CUST_PO_COUPON.lines[1:]},
        {"customer": msgspec.structs.replace(CUST_PO_COUPON.customer, email="other@example.com")},
        {"totals": msgspec.structs.replace(CUST_PO_COUPON.totals, grand_total=D(1))},
        {"shipping_method": "ups_ground"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_is_sent_to_sage_is_a_new_revision(change: dict) -> None:
    other = msgspec.structs.replace(CUST_PO_COUPON, **change)
    assert revision(other) != revision(CUST_PO_COUPON)
    assert content_changed(revision(CUST_PO_COUPON), revision(other))


def test_every_field_is_either_in_the_revision_or_left_out_on_purpose() -> None:
    """A field added to `Order` must be decided about here."""
    left_out = {
        "store", "entity_id",  # identity
        "store_view_id", "coupon", "shipping_description", "ext_order_id",
        "state", "status", "updated_at", "parent_entity_id", "child_entity_id", "shipped", "invoiced",
        "fields",  # what an extension writes for itself; what counts of it is in the totals, too
    }  # fmt: skip
    covered = {
        "increment_id", "website", "created_at", "currency", "base_currency", "customer", "billing", "shipping",
        "shipping_method", "shipping_tax_rate", "shipping_tax_names", "payment_method", "po_number", "note",
        "lines", "totals", "base_totals", "reductions", "base_reductions", "extras", "remarks",
    }  # fmt: skip
    assert left_out | covered == set(CUST_PO_COUPON.__struct_fields__)


def test_a_revision_that_means_something_else_has_another_version() -> None:
    """Fails when `revision` covers other fields or spells them otherwise: raise `REVISION` with it."""
    assert revision(CUST_PO_COUPON) == "1:d9f1682133355ce3010825d6c6165c42"


def test_what_the_store_takes_back_is_a_part_of_the_revision_by_itself() -> None:
    """An order of which everything remains keeps the revision that it had before this part existed."""
    whole = CUST_PO_COUPON
    first = msgspec.structs.replace(whole.lines[0], refunded=D(1))
    refunded = msgspec.structs.replace(whole, lines=(first, *whole.lines[1:]))
    allowed = msgspec.structs.replace(whole, reductions=Reductions(refunded=D(5)))
    cancelled = msgspec.structs.replace(
        whole, lines=(msgspec.structs.replace(whole.lines[0], cancelled=D(1)), *whole.lines[1:])
    )
    revisions = {revision(each) for each in (whole, refunded, allowed, cancelled)}
    assert len(revisions) == 4
    assert {content_of(each) for each in revisions} == {revision(whole)}
    assert not any(content_changed(revision(whole), each) for each in revisions)


def test_revisions_of_different_versions_claim_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    old = revision(CUST_PO_COUPON)
    monkeypatch.setattr(keys, "REVISION", "next")
    new = revision(msgspec.structs.replace(CUST_PO_COUPON, note="x"))
    assert new.startswith("next:")
    assert not content_changed(old, new)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("canceled", StoreStatus.CANCELLED),
        ("closed", StoreStatus.CLOSED),
        ("new", StoreStatus.OPEN),
        ("holded", StoreStatus.OPEN),
    ],
)
def test_status(state: str, expected: StoreStatus) -> None:
    assert store_status(msgspec.structs.replace(CUST_PO_COUPON, state=state)) is expected
