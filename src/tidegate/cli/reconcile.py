"""`reconcile`: Magento, ledger and Sage, three ways, to the cent."""

from __future__ import annotations

import csv
import sys
from datetime import date
from decimal import Decimal
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tidegate.cli import exits, showing
from tidegate.cli.adopt import harmless
from tidegate.cli.invocation import here, only_connection
from tidegate.cli.running import ConnectionName
from tidegate.cli.showing import Json
from tidegate.domain.money import shown
from tidegate.redaction import redact

if TYPE_CHECKING:
    from tidegate.domain.agreement import Reconciliation
    from tidegate.engine.reconcile import Days
    from tidegate.flows.connection import Connection


def reconcile(
    context: typer.Context,
    connection: ConnectionName = None,
    since: Annotated[str, typer.Option("--from", metavar="DATE", help="First day, e.g. 2026-03-01.")] = "",
    until: Annotated[str, typer.Option("--to", metavar="DATE", help="Last day, included.")] = "",
    as_csv: Annotated[bool, typer.Option("--csv", help="Print the differences for a spreadsheet.")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="Print the whole report as a page.")] = False,
    as_json: Json = False,
) -> None:
    """Compare the orders of a period in Magento, in the ledger and in Sage. Writes in neither system."""
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


def period(connection: Connection, since: str, until: str) -> Days:
    """The days meant; those of the configuration where none are given."""
    from tidegate.engine.reconcile import Days, last_days

    usual = last_days(connection, connection.settings.reconcile.days)
    start = day(since, "--from") if since else usual.start
    end = day(until, "--to") if until else max(usual.end, start)
    if start > end:
        raise typer.BadParameter(f"{start} is behind {end}", param_hint="--from")
    return Days(start, end, usual.zone)


def day(text: str, option: str) -> date:
    """A day as it is typed."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no day such as 2026-03-01", param_hint=option) from None


def report_of(connection: str, currency: str, report: Reconciliation) -> dict[str, Any]:
    """The document of `--json`; every other shape is made from it. Amounts are texts."""
    return {
        "connection": connection,
        "currency": currency,
        "from": report.start.isoformat(),
        "to": report.end.isoformat(),
        "agrees": not report.differences,
        "waiting": shown(report.waiting),
        "unexplained": shown(report.unexplained),
        "tables": [
            {
                "name": name,
                "rows": [
                    {
                        "name": row.name,
                        "count": row.count,
                        "magento": amount(row.magento),
                        "ledger": amount(row.ledger),
                        "sage": amount(row.sage),
                        "difference": amount(row.difference),
                    }
                    for row in rows
                ],
            }
            for name, rows in (
                ("totals", report.totals),
                ("tax liability by code", report.tax),
                ("revenue and freight by account", report.revenue),
                ("clearing accounts", report.clearing),
            )
        ],
        "completeness": [
            {
                "age": bucket.age,
                "orders": bucket.orders,
                "value": shown(bucket.value),
                "confirmed": shown(bucket.confirmed),
                "waiting": shown(bucket.waiting),
                "unexplained": shown(bucket.unexplained),
            }
            for bucket in report.completeness
        ],
        "differences": [
            {
                "kind": each.kind.value,
                "subject": each.subject,
                "figure": each.figure,
                "magento": amount(each.magento),
                "ledger": amount(each.ledger),
                "sage": amount(each.sage),
                "gap": shown(each.gap),
                "text": redact(each.text),
            }
            for each in report.differences
        ],
        "unchecked": [redact(each) for each in report.unchecked],
    }


def amount(value: Decimal | None) -> str | None:
    """An amount as text; None = nobody can say."""
    return None if value is None else shown(value)


def print_csv(document: dict[str, Any]) -> None:
    """The differences, one a line."""
    columns = ("kind", "subject", "figure", "magento", "ledger", "sage", "gap", "text")
    writer = csv.DictWriter(sys.stdout, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {name: harmless(value) for name, value in each.items()} for each in document["differences"]
    )


def page(document: dict[str, Any]) -> str:
    """The report as one page; what comes from orders is escaped by the template."""
    from django.template import Context, Engine

    text = resources.files("tidegate.cli").joinpath("reconciliation.html").read_text(encoding="utf-8")
    return Engine(autoescape=True).from_string(text).render(Context({"report": document}, use_l10n=False))


def show_report(document: dict[str, Any]) -> None:
    """The report for people."""
    heading = f"{document['connection']}, orders of {document['from']} to {document['to']}"
    showing.say(f"{heading}, in {document['currency']}", style="bold")
    for table in document["tables"]:
        if table["rows"]:
            rows = [tuple(row.values()) for row in table["rows"]]
            columns = [table["name"], "count", "Magento", "ledger", "Sage", "difference"]
            showing.show_table(columns, rows)
            showing.say()
    buckets = [tuple(bucket.values()) for bucket in document["completeness"]]
    showing.show_table(["age", "orders", "value", "confirmed", "waiting", "without a reason"], buckets)
    showing.say()
    for text in document["unchecked"]:
        showing.say(f"not compared: {text}", style="yellow")
    if document["differences"]:
        rows = [(each["kind"], each["subject"], each["text"]) for each in document["differences"]]
        showing.show_table(["difference", "of", ""], rows)
    else:
        showing.say("no difference", style="green")
    showing.say(f"waiting rightly: {document['waiting']}; unexplained: {document['unexplained']}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("reconcile")(reconcile)
