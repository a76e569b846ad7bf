"""The ownership table."""

from __future__ import annotations

import pytest

from tidegate.domain.ownership import FLOWS, TABLE, Kind, OwnershipError, Side, Write, check_flow, may_write

TO_MAGENTO, TO_SAGE = Side.MAGENTO, Side.SAGE


@pytest.mark.parametrize(
    ("flow", "kind", "to"),
    [
        ("orders", Kind.ORDER, TO_SAGE),
        ("orders", Kind.REGISTRATION, TO_SAGE),
        ("orders", Kind.ORDER_STATUS, TO_MAGENTO),
        ("inventory", Kind.INVENTORY, TO_MAGENTO),
        ("prices", Kind.PRICES, TO_MAGENTO),
        ("customers", Kind.CUSTOMER_MASTER, TO_MAGENTO),
        ("shipments", Kind.SHIPMENT, TO_MAGENTO),
    ],
)
def test_flows_that_may_be_built(flow: str, kind: Kind, to: Side) -> None:
    check_flow(flow, [Write(kind, to)])


@pytest.mark.parametrize(
    ("flow", "kind", "to", "match"),
    [
        ("prices", Kind.PRICES, TO_SAGE, "to its owner, Sage"),
        ("inventory", Kind.INVENTORY, TO_SAGE, "to its owner, Sage"),
        ("customers", Kind.CUSTOMER_MASTER, TO_SAGE, "to its owner, Sage"),
        ("products", Kind.PRODUCT_CONTENT, TO_MAGENTO, "to its owner, Magento"),
        ("products", Kind.PRODUCT_CONTENT, TO_SAGE, "no flow may"),
        ("prices", Kind.PROMOTIONS, TO_MAGENTO, "to its owner, Magento"),
        ("orders", Kind.INVENTORY, TO_MAGENTO, "may not write inventory; inventory to Magento may"),
        ("customers", Kind.CUSTOMER_LOGIN, TO_SAGE, "no flow may"),
        ("weather", Kind.ORDER, TO_SAGE, "unknown flow 'weather'"),
    ],
)
def test_flows_that_cannot_be_built(flow: str, kind: Kind, to: Side, match: str) -> None:
    with pytest.raises(OwnershipError, match=match):
        check_flow(flow, [Write(kind, to)])


def test_the_table_holds_every_kind_and_lets_nobody_write_to_an_owner() -> None:
    assert set(TABLE) == set(Kind)
    for row in TABLE.values():
        assert all(flow in FLOWS and to is not row.owner for flow, to in row.writes)


def test_every_flow_has_something_to_write() -> None:
    assert {flow for row in TABLE.values() for flow, _ in row.writes} == FLOWS


def test_a_flow_may_write_to_the_company_by_the_table_alone() -> None:
    assert {flow for flow in FLOWS if may_write(flow, Side.SAGE)} == {"orders", "registrations", "payments"}
    assert not may_write("no-flow", Side.SAGE)
