"""The questions bite: Sage 300's other ways (import, exports, SQL, gateway, day end) with one fault each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

import pytest

from conformance import test_sage300_accounts as accounts
from conformance import test_sage300_day_end as evenings
from conformance import test_sage300_tables as tables
from conformance.bugs import Bug, Question, assert_found
from conformance.sage300_stand import Sage300Stand
from tidegate.conformance import handed_over, lost_answers, reading_fulfilment
from tidegate.conformance.opened import opened
from tidegate.conformance.stand import failed, goods, make_order, prepared
from tidegate.domain.errors import Code, Failure
from tidegate.sage import export_folder
from tidegate.sage.import_folder import ImportFolder
from tidegate.sage.sage300 import csv_customers, csv_exports, csv_orders, table_documents, table_prices
from tidegate.sage.sage300.csv_exports import CsvExports
from tidegate.sage.sage300.day_end import DayEnd
from tidegate.sage.sage300.gateway import Gateway
from tidegate.sage.sage300.gateway_orders import GatewayOrders
from tidegate.sage.sage300.import_customers import CustomerFiles, ImportCustomers
from tidegate.sage.sage300.import_files import ImportFiles
from tidegate.sage.sage300.sql_tables import SqlTables
from tidegate.sage.sage300.table_documents import TableDocuments
from tidegate.sage.sage300.web_orders import OPEN, WebOrders
from tidegate.sage.sage300.writers import ByGateway

# The import


def tax_classes_left_to_sage(patch: pytest.MonkeyPatch) -> None:
    made = csv_orders.detail_of
    patch.setattr(csv_orders, "detail_of", lambda number, line: made(number, line) | {"TCLASS1": ""})


def prices_left_to_sage(patch: pytest.MonkeyPatch) -> None:
    made = csv_orders.detail_of
    patch.setattr(csv_orders, "detail_of", lambda number, line: made(number, line) | {"PRICEOVER": "0"})


def reports_not_read(patch: pytest.MonkeyPatch) -> None:
    report = ImportFiles.report
    patch.setattr(ImportFiles, "report", lambda self, name: "" if report(self, name) else None)


# The import of customers


def accounts_without_our_key(patch: pytest.MonkeyPatch) -> None:
    cells = csv_customers.cells_of
    patch.setattr(
        csv_customers,
        "cells_of",
        lambda record, values: cells(record, {**values, "WEBSITE": "", "VALUE": ""}),
    )


def an_account_that_lies_there_left_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(CustomerFiles, "waiting", lambda self, keys: {})


def accounts_that_wait_for_approval_let_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(csv_customers, "HELD", {"Yes": "0", "No": "0"})


def numbers_of_others_written_over(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(ImportCustomers, "_holder", lambda self, new, account: None)


def reports_that_name_numbers_not_understood(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(CustomerFiles, "refused", ImportFolder.refused)


# Exports


def a_file_taken_while_it_is_written(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(export_folder, "STILL", timedelta())


def half_an_export_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(export_folder, "LEAST", 0)


def a_last_line_that_is_cut_off_taken(patch: pytest.MonkeyPatch) -> None:
    rows = csv_exports._rows
    patch.setattr(csv_exports, "_rows", lambda text, columns: rows(f"{text}\r\n", columns))


def types_of_records_mixed_up(patch: pytest.MonkeyPatch) -> None:
    numbers = csv_exports.numbers_of
    patch.setattr(csv_exports, "numbers_of", lambda rows, count: numbers(rows, count)[::-1])


def orders_of_now_with_stock_of_an_export(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(WebOrders, "open", lambda self: self.listed(OPEN))


def stock_older_than_orders_taken(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(CsvExports, "_newer_than", lambda self, table: "")


# SQL, and tables by any way


def a_login_that_writes_is_let_in(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SqlTables, "may_write", lambda self: False)


def a_broken_connection_kept(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(SqlTables, "_rows", _never_reconnected(SqlTables._rows))


def _never_reconnected(rows: Any) -> Any:
    broken: list[Failure] = []

    def kept(self: SqlTables, *given: Any) -> Any:
        found = broken[0] if broken else rows(self, *given)
        if isinstance(found, Failure) and not broken:
            broken.append(found)
        return found

    return kept


def only_higher_keys_read(patch: pytest.MonkeyPatch) -> None:
    newer = TableDocuments.newer
    patch.setattr(TableDocuments, "newer", lambda self, _start, high: newer(self, date.max, high))


def lines_without_their_type(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(table_documents, "LINE_TYPES", {})


def sale_prices_taken_for_base_prices(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(table_prices, "KINDS", {"1": table_prices.SALE_PRICE, "2": table_prices.BASE_PRICE})


# The gateway


def inserted_without_a_preview(patch: pytest.MonkeyPatch) -> None:
    write = Gateway.write

    def hasty(self: Gateway, view: str, action: str, key: str, *document: Any) -> Any:
        return write(self, view, "insert", key, *document)

    patch.setattr(Gateway, "write", hasty)


def previews_not_compared(patch: pytest.MonkeyPatch) -> None:
    write = Gateway.write
    sent = GatewayOrders._send

    def blind(self: GatewayOrders, one: Any) -> Any:
        def agreeing(gateway: Gateway, view: str, action: str, *document: Any) -> Any:
            found = write(gateway, view, action, *document)
            return found if action == "insert" else {**found, "INVNETWTX": str(one.order.gross)}

        with pytest.MonkeyPatch.context() as inner:
            inner.setattr(Gateway, "write", agreeing)
            return sent(self, one)

    patch.setattr(GatewayOrders, "_send", blind)


def a_lost_answer_taken_for_a_refusal(patch: pytest.MonkeyPatch) -> None:
    write = Gateway.write

    def sure(self: Gateway, *given: Any) -> Any:
        found = write(self, *given)
        return replace(found, sent=False) if isinstance(found, Failure) else found

    patch.setattr(Gateway, "write", sure)


# Day end


def day_end_at_any_time(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(DayEnd, "is_due", lambda self, now: self._window is not None and self._ran != now.date())


def day_end_among_others(patch: pytest.MonkeyPatch) -> None:
    def run(self: DayEnd, now: Any) -> bool:
        if self.is_due(now):
            self._client.process("ICDayEndProcessing", {"ClearHistory": False})
            self._ran = now.date()
        return True

    patch.setattr(DayEnd, "run", run)


# The questions


def an_imported_order_comes_to_its_total(stand: Sage300Stand) -> None:
    order = make_order(stand, 213, goods(stand, rate=5, unit_price=Decimal("7.77")))
    with opened(stand.company) as session:
        list(session.orders.send([prepared(session, order)]))
    assert stand.desktop is not None
    stand.desktop.work()
    assert [one.gross for one in stand.booked(order.key)] == [order.gross]


def an_order_of_another_total_is_not_inserted(stand: Sage300Stand) -> None:
    with opened(stand.company) as session:
        ready = prepared(session, make_order(stand, 213))
        tax = stand.erp.tax_codes.first("code", 1)
        assert tax is not None
        tax.rate = Decimal("21.00")
        [(key, outcome)] = session.orders.send([ready])
    assert failed(outcome).code is Code.TOTALS_DIFFER
    assert stand.booked(key) == []


def a_sale_price_holds_within_its_days(stand: Sage300Stand) -> None:
    price = next(one for one in stand.erp.prices.prices if not one.uses_standard)
    day = {"SaleStartDate": date(2026, 3, 1), "SaleEndDate": date(2026, 3, 31)}
    price.extra["sale"] = {"UnitPrice": Decimal("1.11"), **day}
    stand.export()
    with opened(stand.company) as session:
        read = session.prices.read(None)
    assert not isinstance(read, Failure), read.text
    book, _, _ = read
    assert Decimal("1.11") in {one.price for one in book.prices}


def make(**options: Any) -> Callable[[], Sage300Stand]:
    return lambda: Sage300Stand(page_size=1000, **options)


ACCOUNTS = make(csv=True, accounts=True)
IMPORT, GATEWAY = make(csv=True), make(gateway=True, settings={"writer": ByGateway()})
SQL, EXPORTS = make(tables="sql"), make(tables="csv")


def evening(question: Callable[[evenings.Made], None]) -> Question:
    """A question of the evening: its company is there already."""
    return lambda stand: question(lambda _window: stand)


EVENING = partial(evenings.invoiced, evenings.WINDOW)
CASES: list[tuple[Bug, Callable[[], Any], Question]] = [
    (tax_classes_left_to_sage, IMPORT, an_imported_order_comes_to_its_total),
    (prices_left_to_sage, IMPORT, an_imported_order_comes_to_its_total),
    (accounts_without_our_key, ACCOUNTS, accounts.test_an_account_is_entered_as_the_web_api_would),
    (
        an_account_that_lies_there_left_again,
        ACCOUNTS,
        accounts.test_one_that_lies_there_is_not_left_a_second_time,
    ),
    (
        accounts_that_wait_for_approval_let_in,
        ACCOUNTS,
        accounts.test_an_account_is_entered_as_the_web_api_would,
    ),
    (
        numbers_of_others_written_over,
        ACCOUNTS,
        accounts.test_a_number_that_another_has_is_named_and_no_file_is_left,
    ),
    (
        reports_that_name_numbers_not_understood,
        ACCOUNTS,
        accounts.test_a_number_that_was_taken_meanwhile_is_refused,
    ),
    (
        a_file_taken_while_it_is_written,
        EXPORTS,
        tables.test_a_file_that_is_being_written_or_cut_off_is_not_taken,
    ),
    (
        a_last_line_that_is_cut_off_taken,
        EXPORTS,
        tables.test_a_file_that_is_being_written_or_cut_off_is_not_taken,
    ),
    (half_an_export_taken, EXPORTS, tables.test_far_fewer_rows_wait_until_a_person_agrees),
    (
        orders_of_now_with_stock_of_an_export,
        EXPORTS,
        tables.test_what_web_orders_hold_is_as_old_as_the_stock_that_is_exported,
    ),
    (
        stock_older_than_orders_taken,
        EXPORTS,
        lambda stand: tables.test_stock_that_is_older_than_what_orders_hold_or_what_left_is_not_taken(
            stand, "oeordh.csv"
        ),
    ),
    (types_of_records_mixed_up, EXPORTS, a_sale_price_holds_within_its_days),
    (a_login_that_writes_is_let_in, SQL, tables.test_a_login_that_may_write_is_refused_by_the_check),
    (
        a_broken_connection_kept,
        SQL,
        lambda stand: tables.test_what_the_database_says_has_its_code_and_a_new_connection_is_made(
            stand, "08001", Code.SERVER_TROUBLE
        ),
    ),
    (
        only_higher_keys_read,
        SQL,
        reading_fulfilment.test_a_tracking_number_that_comes_later_brings_its_despatch_again_and_whole,
    ),
    (lines_without_their_type, SQL, reading_fulfilment.test_a_partly_despatched_order_is_invoiced_in_two),
    (sale_prices_taken_for_base_prices, SQL, a_sale_price_holds_within_its_days),
    (inserted_without_a_preview, GATEWAY, an_order_of_another_total_is_not_inserted),
    (previews_not_compared, GATEWAY, an_order_of_another_total_is_not_inserted),
    (
        reports_not_read,
        IMPORT,
        lambda stand: (
            handed_over.test_a_file_that_is_refused_whole_says_so_of_each_and_halves_name_the_bad_one(
                stand, stand.desktop
            )
        ),
    ),
    (
        a_lost_answer_taken_for_a_refusal,
        GATEWAY,
        lambda stand: lost_answers.test_an_order_whose_answer_was_lost_is_in_doubt_and_then_found(
            stand, "drop_after", {}
        ),
    ),
    (
        day_end_at_any_time,
        EVENING,
        evening(evenings.test_inside_its_window_it_is_run_once_and_invoices_are_in_the_ledger),
    ),
    (
        day_end_among_others,
        EVENING,
        evening(evenings.test_it_is_run_by_nobody_while_another_process_of_ours_is_at_work),
    ),
]


@pytest.mark.parametrize(("bug", "build", "question"), CASES, ids=[bug.__name__ for bug, _, _ in CASES])
def test_a_fault_of_a_way_is_found(
    monkeypatch: pytest.MonkeyPatch, bug: Bug, build: Callable[[], Any], question: Question
) -> None:
    assert_found(monkeypatch, bug, build, question, ValueError)
