"""Several companies of one Sage 300 server: each with books, currency and seats of its own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import msgspec
import pytest

from conformance.sage300_stand import Sage300Stand
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import accepted, failed, goods, make_order, send
from tidegate.domain.errors import Code, Failure
from tidegate.sage.port.company import Company
from tidegate.sage.port.session import Purpose
from tidegate.sage.rooms import open_company
from tidegate.sage.vault import MemoryVault
from tidegate.transport import ClientFactory
from tidegate_sandbox.inprocess import InProcessTransport


@dataclass
class Both:
    """The company of the stand, and the other one of its server."""

    stand: Sage300Stand
    other: Company


ITS_OWN = {"location": "T1", "tax_group": "CATAX", "tax_authority": "CATAX"}


def other_of(stand: Sage300Stand, **changes: object) -> Company:
    settings = msgspec.structs.replace(
        stand.settings,
        **{
            "company_id": "SAMINC",
            "company_name": "Sample Company Inc.",
            "currency": "CAD",
            **ITS_OWN,
            **changes,
        },
    )
    return open_company(
        "north",
        settings,
        secrets=lambda reference: reference,
        factory=ClientFactory(InProcessTransport(stand.wire)),
        tokens=MemoryVault(),
        clock=stand.clock,
        seats=stand._pools,
    )


@pytest.fixture
def both() -> Iterator[Both]:
    stand = Sage300Stand()
    made = Both(stand, other_of(stand))
    yield made
    made.other.close()
    stand.close()


def test_an_order_is_in_its_own_company_alone(both: Both) -> None:
    stand = both.stand
    here = make_order(stand, 213)
    there = make_order(stand, 214, goods(stand, warehouse="T1"), currency="CAD", date=date(2026, 3, 2))
    with opened(stand.company) as session:
        accepted(send(session, here))
    with opened(both.other) as session:
        accepted(send(session, there))

    books = stand.face.site.databases["SAMINC"].company
    assert [one.external_key for one in stand.erp.orders.table] == [here.key]
    assert [one.external_key for one in books.orders.table] == [there.key]
    assert books.currency(None).code == "CAD"
    assert books.orders.table.first("external_key", there.key).totals.gross == Decimal("23.98")


def test_an_order_in_the_other_currency_is_held(both: Both) -> None:
    with opened(both.other) as session:
        failure = failed(session.orders.prepare([make_order(both.stand, 213)])[0])
    assert failure.code is Code.UNMAPPED_CURRENCY


@pytest.mark.parametrize(
    "changes",
    [{"company_name": "Sample Company Ltd."}, {"currency": "USD"}],
    ids=["another name", "another home currency"],
)
def test_a_company_that_is_not_the_one_of_set_up_gets_nothing(changes: dict[str, str]) -> None:
    stand = Sage300Stand()
    wrong = other_of(stand, **changes)
    with wrong.session(Purpose.WRITING) as session:
        assert isinstance(session, Failure)
        assert session.code is Code.WRONG_COMPANY
    assert [one.verdict for one in wrong.examine() if one.subject == "company"] == ["fail"]
    wrong.close()
    stand.close()


def test_a_user_without_the_right_to_the_profile_is_let_through_and_warned() -> None:
    stand = Sage300Stand(denied=frozenset({("CS", "*")}))
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 213)))
    assert [one.verdict for one in stand.company.examine() if one.subject == "company profile"] == ["warn"]
    stand.close()


def test_each_company_has_seats_of_its_own_and_a_taken_lanpak_ends_the_cycle(both: Both) -> None:
    stand = both.stand
    stand.face.options.lanpaks, stand.face.options.others = 4, 3
    with opened(stand.company) as session:
        order = make_order(stand, 213)
        accepted(send(session, order))
    with both.other.session(Purpose.WRITING) as refused:
        assert isinstance(refused, Failure)
        assert refused.code is Code.NO_SEAT
    stand.advance(301)
    with opened(both.other):
        pass
    assert stand.face.api.seats.peak == 1, "we never held a second one"
