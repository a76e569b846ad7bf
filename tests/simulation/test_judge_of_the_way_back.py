"""The judge of documents, money, stock and prices can fail, too: doctored books are found out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from simulation.fulfilment import FOUR, WHOLE, back
from simulation.mutants import MUTANTS
from simulation.script import Script, Scripted
from tidegate.simulation import judgement
from tidegate.simulation.judgement import Evidence
from tidegate.simulation.run import ledger_folder
from tidegate_sandbox import checker_documents, checker_prices, checker_stock

SCENARIO = Script(
    events=(
        (5, "place", FOUR),
        (6, "place", {**FOUR, "method": "purchaseorder"}),
        (70, "despatch", WHOLE),
        (70, "despatch", {**WHOLE, "pick": 0.9, "tracked": 0.1}),
        (71, "invoice-run", {"together": 0.0}),
        (190, "credit", {"pick": 0.0, "share": 0.9, "returned": 0.1}),
    ),
    minutes=300,
    settings=back("shipments", "inventory", "prices", "invoices", "payments", "credits"),
)


@pytest.fixture(scope="module")
def honest() -> Evidence:
    """The books of a small week in which everything went well."""
    with ledger_folder() as folder:
        scripted = Scripted(SCENARIO, folder)
        scripted.run()
    assert scripted.findings == []
    assert scripted.evidence is not None
    return scripted.evidence


def promises(evidence: Evidence) -> set[str]:
    """What the judge finds broken."""
    return {each.promise for each in judgement.judge(evidence).violations}


def order(books: Evidence) -> dict[str, Any]:
    """The shop's first order, which was prepaid."""
    found: dict[str, Any] = books.shop["orders"][0]
    return found


def receipt(books: Evidence) -> dict[str, Any]:
    """The receipt that the hub posted."""
    (found,) = checker_documents.receipts(books.company)
    return dict(found)


Forgery = Callable[[Evidence], object]


def a_shipment_twice(books: Evidence) -> None:
    order(books)["shipments"] *= 2


def a_shipment_that_nobody_despatched(books: Evidence) -> None:
    order(books)["shipments"][0]["comments"] = ["Sage despatch 4711"]


def a_piece_too_many(books: Evidence) -> None:
    order(books)["shipments"][0]["items"][0]["qty"] = "5"


def no_shipment(books: Evidence) -> None:
    order(books)["shipments"].clear()


def an_invoice_that_waits_for_nothing(books: Evidence) -> None:
    order(books)["invoices"].clear()
    step = next(each for each in books.deliveries if each["flow"] == "invoices" and each["entity_id"] == 1)
    step.update(state="review", reason="nobody knows")


def an_invoice_before_its_shipment(books: Evidence) -> None:
    order(books)["invoices"][0]["created_at"] = "2026-01-01 00:00:00"


def a_mail_twice(books: Evidence) -> None:
    order(books)["mails"] *= 2


def a_receipt_twice(books: Evidence) -> None:
    books.company["transactions"].append(receipt(books))


def money_on_the_clearing_account(books: Evidence) -> None:
    row = {"account": receipt(books)["bank"], "debit": "1.00", "credit": "0"}
    books.company["journals"].append({"rows": [row]})


def called_paid_though_it_is_not(books: Evidence) -> None:
    unpaid = next(each for each in books.company["invoices"] if not each["credit"] and each["order_ids"])
    entry = next(each for each in books.company["transactions"] if each["id"] == unpaid["transaction_id"])
    entry["outstanding"] = "1.00"
    for each in books.shop["orders"]:
        said = {"text": f"Sage invoice {unpaid['number']} is paid", "status": "new"}
        each["comments"].append(said)


def a_piece_of_stock_too_few(books: Evidence) -> None:
    books.shop["stock"]["HUB-0010"]["wh_detroit"] = "0"


def a_cent_on_a_price(books: Evidence) -> None:
    standard = books.company["prices"]["Standard"]
    standard["HUB-0010"] = str(Decimal(standard["HUB-0010"]) + Decimal("0.01"))


def published_too_much(books: Evidence) -> None:
    books.stock_writes[0] = replace(books.stock_writes[0], quantity=Decimal(10_000))


FORGERIES: dict[Forgery, str] = {
    a_shipment_twice: "never twice",
    a_shipment_that_nobody_despatched: "nothing is invented",
    a_piece_too_many: "documents agree",
    no_shipment: "the truth is told",
    an_invoice_that_waits_for_nothing: "nothing is stuck",
    an_invoice_before_its_shipment: "documents keep their order",
    a_mail_twice: "told once",
    a_receipt_twice: "never twice",
    money_on_the_clearing_account: "clearing is explained",
    called_paid_though_it_is_not: "the truth is told",
    a_piece_of_stock_too_few: "each sale counts once",
    a_cent_on_a_price: "prices agree",
    published_too_much: "never more than there is",
}


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_doctored_books_are_found_out(honest: Evidence, forgery: Forgery) -> None:
    doctored = deepcopy(honest)
    forgery(doctored)
    assert FORGERIES[forgery] in promises(doctored)


def test_every_promise_of_the_judge_is_put_to_the_test() -> None:
    tried = set(FORGERIES.values()) | {mutant.caught_by for mutant in MUTANTS}
    for module in (checker_documents, checker_prices, checker_stock):
        judged = set(re.findall(r'verdict\.add\(\s*"([^"]+)"', inspect.getsource(module)))
        assert judged <= tried
