"""What an account pays: by its list, its schedule and the default list, to the cent as Intacct itself prices a line."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from conformance.intacct_stand import IntacctStand
from tidegate.conformance.opened import opened
from tidegate.domain.errors import Code, Failure
from tidegate.domain.prices.price_book import CustomerPrice, PriceQuestion
from tidegate.sage.intacct import enquiries
from tidegate_sandbox.intacct.document import node
from tidegate_sandbox.intacct.sign_in import Session

SKUS = ("HUB-0001", "HUB-0002", "HUB-0003")
QUANTITIES = (Decimal(1), Decimal(10), Decimal(50))
TODAY = date(2026, 3, 2)


@pytest.fixture
def stand() -> Iterator[IntacctStand]:
    """Accounts with every mixture of list and schedule, and a list with every kind of entry."""
    made = IntacctStand(settings={"price_list": "Retailer"}, default_price_list="Retailer")
    make(made, "SOPRICESCHEDULE", NAME="Seven off", DISCOUNTPERCENT="7.5", PRICELISTID="Wholesale")
    entry(made, "HUB-0001", "18.125", QTYLIMITMIN="10", QTYLIMITMAX="40")
    entry(made, "HUB-0001", "-2", QTYLIMITMIN="41", VALUETYPE="Dollar markup/discount")
    entry(made, "HUB-0002", "-12.5", VALUETYPE="Percent markup/discount")
    entry(made, "HUB-0002", "1.00", DATETO="02/28/2026")
    entry(made, "HUB-0003", "3.00", DATEFROM="03/03/2026")
    for number, (listed, schedule) in enumerate(itertools.product(("", "Wholesale"), ("", "Seven off"))):
        made.open_account(f"P-{number}", f"Account {number}")
        if listed:
            made.do("customer-change", customer=f"P-{number}", changes={"price_list": listed})
        made.erp.customer(f"P-{number}").extra.setdefault("values", {})["PRICESCHEDULE"] = schedule
    yield made
    made.close()


def make(stand: IntacctStand, name: str, **values: str) -> None:
    now = stand.sandbox_clock.now()
    with stand.erp.staff():
        stand.face.tenant.type(name).make(
            Session("", "staff", "", now, now, persistent=False),
            node(name, [node(field, value) for field, value in values.items()]),
        )


def entry(stand: IntacctStand, sku: str, value: str, **limits: str) -> None:
    make(stand, "SOPRICELISTENTRY", PRICELISTID="Wholesale", ITEMID=sku, VALUE=value, **limits)


def questions() -> list[PriceQuestion]:
    return [
        PriceQuestion(f"P-{number}", sku, quantity)
        for number in range(4)
        for sku in SKUS
        for quantity in QUANTITIES
    ]


def wanted(stand: IntacctStand, question: PriceQuestion) -> Decimal:
    customer, item = stand.erp.customer(question.account), stand.erp.item(question.sku)
    return stand.face.prices.price(customer, item, question.quantity, TODAY)


def asked(stand: IntacctStand, some: list[PriceQuestion]) -> list[Any]:
    with opened(stand.company) as session:
        return list(session.enquiries.ask(some))


def test_every_account_pays_what_intacct_itself_asks(stand: IntacctStand) -> None:
    answers = asked(stand, questions())
    told = [one.price if isinstance(one, CustomerPrice) else one for one in answers]

    assert told == [wanted(stand, one) for one in questions()]
    assert len(set(told)) > 12, "prices that are all the same prove nothing"


def test_all_questions_together_cost_two_requests(stand: IntacctStand) -> None:
    asked(stand, questions()[:1])  # the sign-in
    before = stand.company.calls
    asked(stand, questions())

    assert stand.company.calls - before == 2


def test_a_schedule_that_cannot_be_read_stops_its_accounts_alone(stand: IntacctStand) -> None:
    stand.face.options.denied = frozenset({("query", "SOPRICESCHEDULE")})
    answers = dict(zip(questions(), asked(stand, questions()), strict=True))

    for question, answer in answers.items():
        with_one = question.account in ("P-1", "P-3")
        assert isinstance(answer, Failure if with_one else CustomerPrice)
        assert not with_one or answer.code is Code.NOT_PERMITTED


def test_check_says_what_is_not_reported_without_the_schedules(stand: IntacctStand) -> None:
    def of_schedules() -> list[str]:
        return [one.verdict for one in stand.company.examine() if one.subject == "SOPRICESCHEDULE"]

    assert of_schedules() == []
    stand.face.options.denied = frozenset({("query", "SOPRICESCHEDULE")})
    assert of_schedules() == ["warn"]


@pytest.mark.parametrize("forgotten", ["PRICESCHEDULE", "PRICELIST", "PRICELISTID"])
def test_the_bug_that_forgets_a_part_of_the_rank_shows(
    stand: IntacctStand, monkeypatch: pytest.MonkeyPatch, forgotten: str
) -> None:
    text_of = enquiries.text_of
    monkeypatch.setattr(
        enquiries, "text_of", lambda row, name: "" if name == forgotten else text_of(row, name)
    )
    told = [getattr(one, "price", None) for one in asked(stand, questions())]

    assert told != [wanted(stand, one) for one in questions()]
