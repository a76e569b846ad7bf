"""The judge of what documents come to, of what goes along, of weights and of the hub's own reconciliation.

A small honest week, and its books doctored: every doctoring is found out by the promise that it breaks.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from simulation.fulfilment import WHOLE, back
from simulation.script import Script, Scripted
from tidegate.simulation import checking
from tidegate.simulation.checking import Evidence
from tidegate.simulation.ledger_file import ledger_folder
from tidegate.simulation.more_trade import BOX
from tidegate_sandbox import checker_along, checker_products, checker_report, checker_totals

LINES = (("HUB-0001", 4), ("HUB-0002", 2))
SCENARIO = Script(
    events=(
        (5, "place", {"kind": "guest", "lines": LINES, "beside": ((BOX, 2),)}),
        (6, "weight", {"pick": 0.0, "change": 0.5}),
        (70, "despatch", WHOLE),
        (71, "invoice-run", {"together": 0.0}),
        (190, "credit-with-carriage", {"pick": 0.0, "share": 0.9, "returned": 0.9}),
    ),
    minutes=300,
    settings=back("shipments", "invoices", "credits", "products", skip_skus=(BOX,)),
)
Forgery = Callable[[Evidence], object]


@pytest.fixture(scope="module")
def honest() -> Evidence:
    """The books of a small week in which everything went well."""
    with ledger_folder() as folder:
        scripted = Scripted(SCENARIO, folder)
        scripted.run()
    assert scripted.findings == []
    assert scripted.evidence is not None
    return scripted.evidence


def order(books: Evidence) -> dict[str, Any]:
    """The shop's only order."""
    found: dict[str, Any] = books.shop["orders"][0]
    return found


def an_invoice_of_another_amount(books: Evidence) -> None:
    order(books)["invoices"][0]["grand_total"] = "1.00"


def a_credit_memo_without_its_carriage(books: Evidence) -> None:
    memo = order(books)["creditmemos"][0]
    memo["grand_total"] = str(Decimal(str(memo["grand_total"])) - 2)


def a_box_that_nobody_ships(books: Evidence) -> None:
    for shipment in order(books)["shipments"]:
        shipment["items"] = [row for row in shipment["items"] if row["sku"] != BOX]


def a_weight_of_yesterday(books: Evidence) -> None:
    books.shop["products"]["HUB-0001"]["weight"] = "1.5"


def a_difference_that_the_report_hides(books: Evidence) -> None:
    (there,) = [each for each in books.company["orders"] if each["key"]]
    there["gross"] = "1.00"


def a_difference_that_the_report_invents(books: Evidence) -> None:
    assert books.report is not None
    (key,) = books.report.orders
    object.__setattr__(books, "report", replace(books.report, gaps=(("total", key, Decimal(1)),)))


def a_report_that_does_not_add_up(books: Evidence) -> None:
    assert books.report is not None
    object.__setattr__(books, "report", replace(books.report, unexplained=Decimal("0.01")))


FORGERIES: dict[Forgery, str] = {
    an_invoice_of_another_amount: "documents come to the same",
    a_credit_memo_without_its_carriage: "documents come to the same",
    a_box_that_nobody_ships: "what goes along goes along",
    a_weight_of_yesterday: "weights agree",
    a_difference_that_the_report_hides: "the report is true",
    a_difference_that_the_report_invents: "the report is true",
    a_report_that_does_not_add_up: "the report is true",
}


def test_in_an_honest_week_all_of_it_was_there_to_be_checked(honest: Evidence) -> None:
    here = order(honest)
    assert (len(here["shipments"]), len(here["invoices"]), len(here["creditmemos"])) == (1, 1, 1)
    assert here["along"] == {BOX: "2"}
    assert honest.report is not None
    assert honest.report.compared
    assert [key.rpartition(":")[2] for key in honest.report.orders] == [str(here["entity_id"])]


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_doctored_books_are_found_out(honest: Evidence, forgery: Forgery) -> None:
    doctored = deepcopy(honest)
    forgery(doctored)
    assert FORGERIES[forgery] in {each.promise for each in checking.check(doctored).violations}


def test_what_is_said_of_another_order_is_not_held_against_its_namesake(honest: Evidence) -> None:
    """Two stores may give one number (seeds 10000704, 10000711): the report speaks of keys."""
    doctored = deepcopy(honest)
    assert doctored.report is not None
    said = (("cancelled-in-magento", "magento:main:999", Decimal(-9)),)
    object.__setattr__(doctored, "report", replace(doctored.report, gaps=said))
    assert checking.check(doctored).violations == checking.check(honest).violations


def test_every_promise_of_these_judges_is_put_to_the_test() -> None:
    for module in (checker_along, checker_products, checker_report, checker_totals):
        promised = set(re.findall(r'verdict\.add\(\s*"([^"]+)"', inspect.getsource(module)))
        assert promised
        assert promised <= set(FORGERIES.values()), module.__name__


@pytest.mark.parametrize(
    ("state", "step", "waits"),
    [
        ("complete", "queued", True),
        ("complete", "held", False),
        ("holded", "held", True),
        ("holded", "review", False),
    ],
)
def test_a_held_step_excuses_a_gap_only_while_the_shop_holds_the_order(
    state: str, step: str, waits: bool
) -> None:
    credit = {"entity_id": 7, "step": "credit:2130", "state": step, "code": "parent-pending"}
    assert checker_report.carrying({"entity_id": 7, "state": state}, [credit]) is waits


@pytest.mark.parametrize(
    ("before", "code", "waits"),
    [("held", "payment-pending", True), ("review", "other-content", False), ("held", "short-stock", False)],
)
def test_a_credit_memo_waits_rightly_behind_an_invoice_that_waits_for_the_buyer_s_money(
    before: str, code: str, waits: bool
) -> None:
    """Seed 10000025: the invoice comes with the payment (`invoice_when`), and so the credit memo does, too."""
    invoice = {"entity_id": 7, "step": "invoice:1811", "state": before, "code": code}
    credit = {"entity_id": 7, "step": "credit:2119", "state": "held", "code": "parent-pending"}
    another = {"entity_id": 8, "step": "invoice:1900", "state": "held", "code": "payment-pending"}
    order = {"entity_id": 7, "state": "processing"}
    assert checker_report.carrying(order, [invoice, credit, another]) is waits
