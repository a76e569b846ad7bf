"""`adopt`: moving over from another connector without a double."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from zoneinfo import ZoneInfo

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused
from tidegate.cli.invocation import here, only_connection, zone_of
from tidegate.cli.operator import By, operator_name
from tidegate.cli.queue import parse_instant
from tidegate.cli.running import ConnectionName
from tidegate.cli.showing import Json, local, with_progress
from tidegate.domain.foreign_text import csv_cell

if TYPE_CHECKING:
    from tidegate.engine.hub import Hub
    from tidegate.flows.connection import Connection
    from tidegate.flows.orders.adopt import Adoption, Candidate

SHOWN = 50  #: rows on the screen; --csv has them all


def adopt(
    context: typer.Context,
    since: Annotated[
        str, typer.Option("--from", metavar="DATE", help="Orders created from then on, e.g. 2026-03-02.")
    ],
    connection: ConnectionName = None,
    apply: Annotated[bool, typer.Option("--apply", help="Record what was found in the ledger.")] = False,
    file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every order to a file.")
    ] = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Tie orders that Sage already has to Magento's. None of them is sent again; sends nothing."""
    there = here(context)
    with there.hub() as hub:
        from tidegate.flows.orders import adopt as flow

        tied = hub.connections[only_connection(hub.configuration, connection)]
        zone = zone_of(hub.configuration, tied.name)
        start = parse_instant(since, zone, "--from")
        refuse_when_stopped(hub, tied)
        result = with_progress("looking up", lambda progress: flow.look(tied, start, progress))
        if result.failure is not None:
            raise Refused(
                f"nothing was changed: {result.failure.text}", "correct that and run the command again"
            )
        if apply:
            flow.write(tied, result, actor=operator_name(by))
        rows = [row_of(each, tied) for each in result.candidates]
    if file is not None:
        write_csv(file, rows)
    report = report_of(tied, since, result, rows, apply)
    if as_json:
        showing.print_json(report)
    else:
        show(report, rows, zone)
    if result.counts[flow.Match.DOUBTFUL]:
        raise typer.Exit(exits.FOUND)


def refuse_when_stopped(hub: Hub, connection: Connection) -> None:
    """A halted connection and a closed company are left alone."""
    from tidegate.ledger import halts

    halted = halts.halted(connection.name)
    if halted is not None:
        raise Refused(
            f"{connection.name} is halted: {halted.reason}",
            f"`tidegate lift {connection.name}`",
            exits.STOPPED,
        )
    closed = connection.closed()
    if closed is not None:
        until = local(closed.until, zone_of(hub.configuration, connection.name))
        raise Refused(f"the company is closed until {until} ({closed.reason})", "", exits.STOPPED)


def row_of(each: Candidate, connection: Connection) -> dict[str, Any]:
    """One order, flat."""
    since = connection.settings.capture.since
    found = each.found
    return {
        "order": each.row.increment_id,
        "entity_id": each.row.entity_id,
        "website": each.row.website,
        "created_at": each.created_at.isoformat().replace("+00:00", "Z"),
        "total": str(each.total),
        "currency": each.currency,
        "match": each.match.value,
        "sage_number": found.number if found else "",
        "sage_id": found.id if found else "",
        "sage_total": str(found.gross) if found and found.gross is not None else "",
        "sage_status": found.status if found else "",
        "text": each.text,
        "will_be_sent": each.match.value == "not found" and since is not None and each.created_at >= since,
    }


def report_of(
    connection: Connection, since: str, result: Adoption, rows: Sequence[dict[str, Any]], applied: bool
) -> dict[str, Any]:
    """The document of `--json`."""
    return {
        "connection": connection.name,
        "from": since,
        "applied": applied,
        "read": result.read,
        "counts": {match.value: count for match, count in result.counts.items()},
        "will_be_sent": sum(row["will_be_sent"] for row in rows),
        "written": result.written,
        "moved_on": result.moved_on,
        "unreadable": result.unreadable,
        "orders": list(rows),
    }


def write_csv(path: Path, rows: Sequence[dict[str, Any]]) -> None:
    """Every order, one a line, for a spreadsheet."""
    columns = list(rows[0]) if rows else ["order"]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, columns)
        writer.writeheader()
        writer.writerows([{name: csv_cell(value) for name, value in row.items()} for row in rows])


def show(report: dict[str, Any], rows: Sequence[dict[str, Any]], zone: ZoneInfo) -> None:
    """Doubtful ones first: they are what a person must look at."""
    rank = {"doubtful": 0, "not found": 1, "certain": 2, "known": 3}
    first = sorted(rows, key=lambda row: (rank[row["match"]], row["entity_id"]))[:SHOWN]
    if first:
        showing.show_table(
            ["order", "entity", "created", "total", "", "match", "in Sage", "Sage's total", ""],
            [
                [
                    row["order"],
                    row["entity_id"],
                    local(row["created_at"], zone),
                    row["total"],
                    row["currency"],
                    row["match"],
                    row["sage_number"],
                    row["sage_total"],
                    row["text"],
                ]
                for row in first
            ],
        )
    if len(rows) > SHOWN:
        showing.say(f"... and {len(rows) - SHOWN} more: --csv FILE has them all")
    counts = ", ".join(f"{count} {match}" for match, count in report["counts"].items())
    showing.say(f"{report['read']} orders read; of those that Tidegate sends: {counts}")
    showing.say(
        f"{report['will_be_sent']} of those not found will be sent (created since the connection's `since`)"
    )
    if report["unreadable"]:
        showing.say(f"the store could not serve the orders {', '.join(map(str, report['unreadable']))}")
    if report["moved_on"]:
        showing.say(f"a cycle took up {report['moved_on']} of them meanwhile and looks them up itself")
    done = (
        f"{report['written']} recorded in the ledger"
        if report["applied"]
        else "nothing was written: --apply records it"
    )
    showing.say(f"nothing was sent; {done}")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("adopt")(adopt)
