"""The judge of documents, money, stock and prices can fail, too: doctored books are found out."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any, cast

import pytest

from simulation.fulfilment import FOUR, WHOLE, back
from simulation.mutants import MUTANTS
from simulation.script import Script, Scripted
from tidegate.simulation import checking
from tidegate.simulation.checking import Evidence
from tidegate.simulation.ledger_file import ledger_folder
from tidegate_sandbox import (
    checker_chain,
    checker_customers,
    checker_prices,
    checker_receipts,
    checker_stock,
)

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
    settings=back("shipments", "inventory", "prices", "customers", "invoices", "payments", "credits"),
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
    return {each.promise for each in checking.check(evidence).violations}


def order(books: Evidence) -> dict[str, Any]:
    """The shop's first order, which was prepaid."""
    found: dict[str, Any] = books.shop["orders"][0]
    return found


def receipt(books: Evidence) -> dict[str, Any]:
    """The receipt that the hub posted."""
    (found,) = checker_receipts.receipts(books.company)
    return dict(found)


Forgery = Callable[[Evidence], object]


def a_shipment_twice(books: Evidence) -> None:
    order(books)["shipments"] *= 2


def a_shipment_that_nobody_despatched(books: Evidence) -> None:
    order(books)["shipments"][0]["comments"] = ["Sage despatch 4711"]


def a_piece_too_many(books: Evidence) -> None:
    order(books)["shipments"][0]["items"][0]["qty"] = "5"


def a_piece_too_few_that_nobody_was_asked_about(books: Evidence) -> None:
    order(books)["shipments"][0]["items"][0]["qty"] = "1"


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
    books.company["journals"].append({"urn": 0, "rows": [row]})


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


def allocated(books: Evidence) -> dict[str, Any]:
    """The company's entry of the receipt, which is set against the first order's invoice."""
    (found,) = checker_receipts.receipts(books.company)
    assert found["against"]
    return cast("dict[str, Any]", found)


def an_allocation_twice(books: Evidence) -> None:
    allocated(books)["against"] *= 2


def more_allocated_than_received(books: Evidence) -> None:
    allocated(books)["outstanding"] = "1.00"


def a_receipt_beside_an_open_invoice(books: Evidence) -> None:
    entry = allocated(books)
    entry["outstanding"] = entry["gross"]
    for each in books.company["transactions"]:
        if each["kind"] == "invoice":
            each["outstanding"] = each["gross"]


def a_receipt_of_an_order_that_was_deleted(books: Evidence) -> None:
    for each in books.company["orders_by_reference"][allocated(books)["reference"]]:
        each.update(status="deleted", deleted_at=each["created_at"])


def a_trial_balance_that_is_not_zero(books: Evidence) -> None:
    books.company["trial_balance"] = "0.01"


def somebody(books: Evidence) -> dict[str, Any]:
    """A shopper whose account the company has."""
    found: dict[str, Any] = books.shop["customers"]["1"]
    return found


def account(books: Evidence) -> dict[str, Any]:
    """That account."""
    by_email = {each["email"]: each for each in books.company["customers"]}
    found: dict[str, Any] = by_email[somebody(books)["email"]]
    return found


def a_group_of_another_price_list(books: Evidence) -> None:
    account(books)["price_list"] = "Wholesale"
    somebody(books)["group_id"] = 1


def a_credit_limit_of_yesterday(books: Evidence) -> None:
    account(books)["credit_limit"] = "4711.00"


def a_hold_that_nobody_sees(books: Evidence) -> None:
    account(books)["on_hold"] = not account(books)["on_hold"]


def a_vat_number_of_somebody_else(books: Evidence) -> None:
    account(books)["vat_number"] = "GB000000000"


def nodes(books: Evidence, kind: str) -> list[dict[str, Any]]:
    """The documents of one kind that the first order's chain tells."""
    found = [node for node in checker_chain.traverse(books.chains[1]["tree"]) if node["kind"] == kind]
    return cast("list[dict[str, Any]]", found)


def no_chain(books: Evidence) -> None:
    books.chains.clear()


def called_complete_too_early(books: Evidence) -> None:
    next(each for each in books.chains.values() if not each["complete"])["complete"] = True


def a_gap_that_is_not_reported(books: Evidence) -> None:
    next(each for each in books.chains.values() if not each["complete"])["missing"].clear()


def a_despatch_of_another_order(books: Evidence) -> None:
    nodes(books, "sage-despatch")[0]["number"] = "4711"


def an_invoice_that_the_chain_forgets(books: Evidence) -> None:
    (sales,) = nodes(books, "sage-order")
    sales["children"] = [each for each in sales["children"] if each["kind"] != "sage-invoice"]


def a_receipt_that_the_chain_forgets(books: Evidence) -> None:
    (sales,) = nodes(books, "sage-order")
    sales["children"] = [each for each in sales["children"] if each["kind"] != "sage-receipt"]


def a_shipment_that_the_store_does_not_have(books: Evidence) -> None:
    nodes(books, "magento-shipment")[0]["identifier"] = "4711"


def called_missing_though_it_is_there(books: Evidence) -> None:
    nodes(books, "magento-invoice")[0]["presence"] = "missing"


def a_posting_on_another_account(books: Evidence) -> None:
    nodes(books, "posting")[0]["number"] = "9999"


def an_entry_that_is_not_reported(books: Evidence) -> None:
    (invoice,) = nodes(books, "sage-invoice")
    invoice["children"] = [each for each in invoice["children"] if each["kind"] != "sage-entry"]


def paid_though_it_is_open(books: Evidence) -> None:
    nodes(books, "payment")[0]["presence"] = "missing"


FORGERIES: dict[Forgery, str] = {
    an_allocation_twice: "never twice",
    more_allocated_than_received: "never twice",
    a_receipt_beside_an_open_invoice: "receipts are allocated",
    a_receipt_of_an_order_that_was_deleted: "no money for the dead",
    a_trial_balance_that_is_not_zero: "the books balance",
    a_group_of_another_price_list: "customers agree",
    a_credit_limit_of_yesterday: "customers agree",
    a_hold_that_nobody_sees: "customers agree",
    a_vat_number_of_somebody_else: "customers agree",
    no_chain: "the chain is whole",
    called_complete_too_early: "the chain is whole",
    a_gap_that_is_not_reported: "the chain is whole",
    a_despatch_of_another_order: "the chain is whole",
    an_invoice_that_the_chain_forgets: "the chain is whole",
    a_receipt_that_the_chain_forgets: "the chain is whole",
    a_shipment_that_the_store_does_not_have: "the chain is whole",
    called_missing_though_it_is_there: "the chain is whole",
    a_posting_on_another_account: "the chain is whole",
    an_entry_that_is_not_reported: "the chain is whole",
    paid_though_it_is_open: "the chain is whole",
    a_shipment_twice: "never twice",
    a_shipment_that_nobody_despatched: "nothing is invented",
    a_piece_too_many: "documents agree",
    a_piece_too_few_that_nobody_was_asked_about: "documents agree",
    no_shipment: "reports are true",
    an_invoice_that_waits_for_nothing: "nothing is stuck",
    an_invoice_before_its_shipment: "documents keep their order",
    a_mail_twice: "reported once",
    a_receipt_twice: "never twice",
    money_on_the_clearing_account: "clearing is explained",
    called_paid_though_it_is_not: "reports are true",
    a_piece_of_stock_too_few: "each sale counts once",
    a_cent_on_a_price: "prices agree",
    published_too_much: "never more than there is",
}


def test_an_honest_week_has_a_chain_that_is_complete_and_one_that_is_not(honest: Evidence) -> None:
    assert {each["complete"] for each in honest.chains.values()} == {True, False}


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.__name__)
def test_doctored_books_are_found_out(honest: Evidence, forgery: Forgery) -> None:
    doctored = deepcopy(honest)
    forgery(doctored)
    assert FORGERIES[forgery] in promises(doctored)


def test_every_promise_of_the_checker_is_put_to_the_test() -> None:
    tried = set(FORGERIES.values()) | {mutant.caught_by for mutant in MUTANTS}
    for module in (
        checker_chain,
        checker_customers,
        checker_prices,
        checker_receipts,
        checker_stock,
    ):
        judged = set(re.findall(r'verdict\.add\(\s*"([^"]+)"', inspect.getsource(module)))
        assert judged <= tried
