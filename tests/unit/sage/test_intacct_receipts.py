"""Where a receipt is posted: to a bank, or to an account of undeposited funds; and what the company's tier includes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal

import pytest

from conformance.intacct_stand import IntacctStand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed
from tidegate.domain.books.bookkeeping import NewReceipt
from tidegate.domain.errors import Code
from tidegate.sage.port.findings import CodeList
from tidegate.sage.port.usage import Allowance, Measure

UNDEPOSITED = "1050"
TO = NewReceipt(
    key="magento:main:213/deposit",
    reference="000000213",
    account="WEB",
    clearing=UNDEPOSITED,
    amount=Decimal("29.98"),
    currency="USD",
    day=date(2026, 3, 2),
)


@pytest.fixture
def stand() -> Iterator[IntacctStand]:
    made = IntacctStand(settings={"undeposited": (UNDEPOSITED,), "monthly_transactions": 250_000})
    yield made
    made.close()


def test_a_receipt_goes_to_undeposited_funds(stand: IntacctStand) -> None:
    with opened(stand.company) as session:
        accepted(session.receipts.post(TO))
    [booked] = [one for one in stand.books()["transactions"] if one["kind"] == "receipt"]
    assert (booked["bank"], booked["gross"]) == (UNDEPOSITED, "-29.98")


def test_an_account_that_is_not_named_so_is_no_bank(stand: IntacctStand) -> None:
    stand.close()
    plain = IntacctStand()
    with opened(plain.company) as session:
        assert failed(session.receipts.post(TO)).code is Code.UNKNOWN_REFERENCE
    plain.close()


def test_a_mapping_may_name_it(stand: IntacctStand) -> None:
    lists = stand.company.code_lists()
    assert isinstance(lists, list)
    [banks] = [one for one in lists if isinstance(one, CodeList) and one.kind == "bank"]
    assert banks.codes[UNDEPOSITED] == "undeposited funds"


def test_what_the_tier_includes_is_stated_and_nothing_waits_for_it(stand: IntacctStand) -> None:
    assert stand.company.budget() == (
        Allowance(Measure.UNITS, 250_000, timedelta(days=30), shared=True, charged=True),
    )
