"""`reconcile`: Magento, ledger and Sage, three ways, to the cent."""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tidegate.cli import exits, showing
from tidegate.cli.invocation import here, only_connection
from tidegate.cli.running import ConnectionName
from tidegate.cli.showing import Json
from tidegate.domain.days import day_of
from tidegate.domain.foreign_text import csv_cell, visible
from tidegate.domain.money import shown
from tidegate.redaction import redact

if TYPE_CHECKING:
    from tidegate.domain.books.agreement import Bucket, Reconciliation, Row
    from tidegate.engine.reconcile import Days
    from tidegate.flows.connection import Connection


def reconcile(
    context: typer.Context,
    connection: ConnectionName = None,
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="First day, e.g. 2026-03-01.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day, included.")] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print every line for a spreadsheet.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Print the whole report as a page.")] = False,
    as_json: Json = False,
) -> None:
    """Compare Magento, ledger and Sage to the cent. Writes in neither system."""
    if as_csv + as_html + as_json > 1:
        raise typer.BadParameter("choose one of --json, --csv and --html")
    there = here(context)
    with there.hub() as hub:
        from tidegate.engine.reconcile import compare

        tied = hub.connections[only_connection(hub.configuration, connection)]
        report = compare(tied, period(tied, since, until))
        document = report_of(tied.name, tied.company_settings.currency, report)
    if as_json:
        showing.print_json(document)
    elif as_csv:
        print_csv(document)
    elif as_html:
        sys.stdout.write(page(document))
    else:
        show_report(document)
    if report.differences:
        raise typer.Exit(exits.FOUND)
    if not report.compared:
        raise typer.Exit(exits.STOPPED)


def period(connection: Connection, since: str, until: str) -> Days:
    """The days meant; those of the configuration where none are given."""
    from tidegate.engine.reconcile import Days, last_days

    usual = last_days(connection, connection.settings.reconcile.days)
    start = day(since, "--from") if since else usual.start
    end = day(until, "--to") if until else max(usual.end, start)
    if start > end:
        raise typer.BadParameter(f"the first day {start} is after the last day {end}", param_hint="--from")
    return Days(start, end, usual.zone)


def day(text: str, option: str) -> date:
    """A day as it is typed."""
    try:
        return day_of(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint=option) from None


def report_of(connection: str, currency: str, report: Reconciliation) -> dict[str, Any]:
    """The document of `--json`; every other shape is made from it. Amounts are texts."""
    from tidegate.domain.books.completeness import all_ages
    from tidegate.domain.money import total

    return {
        "connection": connection,
        "currency": currency,
        "from": report.start.isoformat(),
        "to": report.end.isoformat(),
        "agrees": report.compared and not report.differences,
        "compared": report.compared,
        "waiting": shown(report.waiting),
        "unexplained": shown(report.unexplained),
        "tables": [
            table_of("totals", report.totals, added=False),  # its last row is the sum
            table_of("tax liability by code", report.tax),
            table_of("revenue and freight by account", report.revenue),
            table_of("clearing accounts", report.clearing),
        ],
        "completeness": [bucket_of(bucket) for bucket in report.completeness],
        "completeness_total": bucket_of(all_ages(report.completeness)),
        "differences": [
            {
                "kind": each.kind.value,
                "subject": each.subject,
                "order": each.order,
                "figure": each.figure,
                "magento": amount(each.magento),
                "ledger": amount(each.ledger),
                "sage": amount(each.sage),
                "gap": shown(each.gap),
                "text": redact(each.text),
            }
            for each in report.differences
        ],
        "gap": shown(total(each.gap for each in report.differences)),
        "unchecked": [redact(each) for each in report.unchecked],
        "small": list(report.small),
        "notes": notes(report),
    }


def notes(report: Reconciliation) -> list[str]:
    """What the figures of the tables stand for, and why a column is blank."""
    said = []
    if report.totals:
        said.append(
            "totals: of the orders placed in these days, without what was cancelled or refunded. Blank under "
            "Sage: an order there states its total alone; its parts are compared on its invoices"
        )
    if report.tax:
        said.append(
            "tax liability: of the invoices and credit notes dated in these days, whenever their orders were "
            "placed. Magento's figure is its own tax of the invoiced pieces. Blank under ledger: the ledger keeps "
            "no tax of its own"
        )
    if report.revenue:
        said.append(
            "revenue and freight: net of the same invoices. Blank under Magento: the shop knows no accounts; "
            "blank under Sage: its own choice of account, or postings that are not read yet"
        )
    if report.clearing:
        said.append("clearing accounts: the balance of now. Blank under Magento: the shop knows no accounts")
    return said


def table_of(name: str, rows: Sequence[Row], *, added: bool = True) -> dict[str, Any]:
    """One table with its sum; None where there is nothing to add."""
    from tidegate.domain.books.agreement import summed

    last = row_of(summed("sum", rows)) if rows and added else None
    return {"name": name, "rows": [row_of(row) for row in rows], "sum": last}


def row_of(row: Row) -> dict[str, Any]:
    """One line of a table: both sides, and what Magento (or else the ledger) has more."""
    return {
        "name": row.name,
        "count": row.count,
        "magento": amount(row.magento),
        "ledger": amount(row.ledger),
        "sage": amount(row.sage),
        "difference": amount(row.difference),
    }


def bucket_of(bucket: Bucket) -> dict[str, Any]:
    """Orders of one age."""
    return {
        "age": bucket.age,
        "orders": bucket.orders,
        "value": shown(bucket.value),
        "confirmed": shown(bucket.confirmed),
        "waiting": shown(bucket.waiting),
        "unexplained": shown(bucket.unexplained),
    }


def amount(value: Decimal | None) -> str | None:
    """An amount as text; None = nobody can say."""
    return None if value is None else shown(value)


def print_csv(document: dict[str, Any]) -> None:
    """Every table one below the other under the same columns, the differences last: to be filtered by `table`."""
    columns = ("table", "name", "kind", "figure", "count", "magento", "ledger", "sage", "difference", "text")
    writer = csv.DictWriter(sys.stdout, columns, restval="", lineterminator="\n")
    writer.writeheader()
    for table in document["tables"]:
        for row in [*table["rows"], *filter(None, [table["sum"]])]:
            writer.writerow(
                {name: csv_cell(value) for name, value in {"table": table["name"], **row}.items()}
            )
    for each in document["differences"]:
        row = {"table": "differences", "name": each["subject"], "difference": each["gap"]}
        row |= {name: each[name] for name in ("kind", "figure", "magento", "ledger", "sage", "text")}
        writer.writerow({name: csv_cell(value) for name, value in row.items()})


def page(document: dict[str, Any]) -> str:
    """The report as one page; what comes from orders is escaped by the template, and acts on nothing."""
    from django.template import Context, Engine

    text = resources.files("tidegate.cli").joinpath("reconciliation.html").read_text(encoding="utf-8")
    return (
        Engine(autoescape=True)
        .from_string(text)
        .render(Context({"report": readable(document)}, use_l10n=False))
    )


def readable(value: Any) -> Any:
    """The same document, its texts without characters that turn or hide what stands beside them."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {name: readable(each) for name, each in value.items()}
    return [readable(each) for each in value] if isinstance(value, list) else value


def show_report(document: dict[str, Any]) -> None:
    """The report for people."""
    heading = f"{document['connection']}, orders of {document['from']} to {document['to']}"
    showing.say(f"{heading}, in {document['currency']}", style="bold")
    for table in document["tables"]:
        if table["rows"]:
            rows = [tuple(row.values()) for row in [*table["rows"], *filter(None, [table["sum"]])]]
            columns = [table["name"], "count", "Magento", "ledger", "Sage", "difference"]
            showing.show_table(columns, rows)
            showing.say()
    buckets = [tuple(each.values()) for each in (*document["completeness"], document["completeness_total"])]
    showing.show_table(["age", "orders", "value", "confirmed", "waiting", "without a reason"], buckets)
    showing.say()
    for text in document["notes"]:
        showing.paragraph(text, style="dim")
    for text in document["unchecked"]:
        showing.paragraph(f"not compared: {text}", style="yellow")
    if document["differences"]:
        for each in document["differences"]:
            showing.paragraph(f"{each['kind']}  {each['subject']}", style="bold")
            showing.paragraph(each["text"], indent=4)
    elif document["compared"]:
        waits = Decimal(document["waiting"]) != 0
        showing.say(
            "no difference except orders that wait with a reason" if waits else "no difference", style="green"
        )
    else:
        showing.paragraph(
            "NOT COMPARED: whether the two sides agree is not known, see above", style="bold yellow"
        )
    for text in document["small"]:
        showing.paragraph(f"small: {text}")
    showing.say(f"waiting with a reason: {document['waiting']}; unexplained: {document['unexplained']}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reconcile")(reconcile)
