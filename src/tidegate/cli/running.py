"""`run` and `cycle`: the loop that does everything when it is due, and one cycle by hand."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused, Unknown
from tidegate.cli.invocation import Invocation, here, only_connection, zone_of
from tidegate.cli.showing import Json, local
from tidegate.cli.stopping import asked_to_stop

if TYPE_CHECKING:
    from tidegate.engine.cycles import Report
    from tidegate.engine.hub import Hub
    from tidegate.flows.connection import Connection

ConnectionName = Annotated[
    str | None,
    typer.Option("--connection", metavar="NAME", help="May be left out when there is only one."),
]


def run(
    context: typer.Context,
    as_json: Annotated[bool, typer.Option("--json", help="Log one JSON object a line (to stderr).")] = False,
) -> None:
    """Run every cycle when it is due, until SIGINT or SIGTERM. A running cycle ends properly."""
    with asked_to_stop() as stop:
        run_until(here(context), stop, as_json=as_json)


def run_until(there: Invocation, stop: threading.Event, *, as_json: bool = False) -> None:
    """The hub with all that it serves, until `stop` is set: by a signal, or by a service's control."""
    with served_hub(there, as_json=as_json) as hub:
        from tidegate.engine import runner

        runner.run(hub, stop)


@contextmanager
def served_hub(there: Invocation, *, as_json: bool) -> Iterator[Hub]:
    """A hub that logs, and answers where `[console]` and `[api]` listen, until the block ends."""
    import logging

    import structlog

    from tidegate import log, tracing

    with_console = bool(there.configuration().console.listen)
    if with_console:  # before the ledger is opened: its tables are brought up to date with the ledger's
        from tidegate.console.installed import install

        install()
    with there.hub() as hub:
        level = logging.DEBUG if there.debug else logging.INFO
        log.set_up("json" if as_json else hub.configuration.hub.log, clock=hub.clock, level=level)
        for warning in there.warnings:
            structlog.get_logger().warning(
                "configuration", key=warning.key, found=warning.found, remedy=warning.remedy
            )
        from tidegate.console.server import serving

        with ExitStack() as served:
            served.enter_context(tracing.exported())
            try:
                place, listen = "api", hub.configuration.api.listen
                served.enter_context(serving(hub))
                if with_console:
                    from tidegate.console.pages.serving import console

                    place, listen = "console", hub.configuration.console.listen
                    served.enter_context(console(hub))
            except OSError as error:
                raise Refused(
                    f"[{place}] listen = {listen}: {error.strerror}",
                    "is another hub running? Stop it, or configure another port",
                    exits.CONFIGURATION,
                ) from None
            yield hub


def cycle(
    context: typer.Context,
    flow: Annotated[
        str,
        typer.Argument(
            metavar="FLOW",
            help="orders, order-status, shipments, inventory, prices, customers, registrations, products, invoices, payments or credits.",
        ),
    ],
    connection: ConnectionName = None,
    at_once: Annotated[bool, typer.Option("--now", help="Run it although it is not due.")] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be sent; change nothing.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Run one cycle of one flow, if it is due."""
    from tidegate import log

    there = here(context)
    with there.hub() as hub:
        log.set_up(hub.configuration.hub.log, clock=hub.clock)
        tied = hub.connections[only_connection(hub.configuration, connection)]
        check_flow(tied, flow)
        if dry_run:
            show_dry_run(hub, tied, flow, as_json)
            return
        due = when_due(hub, tied, flow)
        if not at_once and due > hub.clock.now():
            not_due(hub, tied, flow, due, as_json)
            return
        from tidegate.engine.cycles import run_cycle

        report = run_cycle(hub, tied, flow)
    show_report(report, as_json)
    if report.outcome == "ended early":
        raise typer.Exit(exits.FOUND)
    if report.outcome != "done":
        raise typer.Exit(exits.STOPPED)


def check_flow(connection: Connection, flow: str) -> None:
    """Unknown or disabled flow: raise, naming those that there are."""
    from tidegate.engine.cycles import FLOWS

    if flow not in FLOWS:
        raise Unknown("flow", flow, FLOWS)
    if flow not in connection.settings.flows:
        raise Refused(
            f"connection {connection.name} has no flow {flow}",
            f"add [connections.{connection.name}.flows.{flow}] with `every` or `cron`",
            exits.CONFIGURATION,
        )


def when_due(hub: Hub, connection: Connection, flow: str) -> datetime:
    """When the next cycle of the flow is due (UTC); at the earliest now."""
    from tidegate.engine.cycles import cadence_of
    from tidegate.ledger import marks

    written = marks.read(marks.last_run(connection.name, flow))
    last = datetime.fromisoformat(written) if written else None
    return cadence_of(connection, flow).next_after(last, hub.clock.now())


def not_due(hub: Hub, connection: Connection, flow: str, due: datetime, as_json: bool) -> None:
    """Nothing was done, and that is all right."""
    if as_json:
        document: dict[str, Any] = {
            "connection": connection.name,
            "flow": flow,
            "outcome": "not due",
            "due": due,
        }
        showing.print_json(document)
    else:
        zone = zone_of(hub.configuration, connection.name)
        showing.say(f"{connection.name} {flow}: not due before {local(due, zone)}; --now runs it at once")


def show_report(report: Report, as_json: bool) -> None:
    """What the cycle did."""
    if as_json:
        showing.print_json(asdict(report))
        return
    did = ", ".join(f"{name.replace('_', ' ')} {count}" for name, count in report.counts.items() if count)
    said = report.text.removeprefix(f"{report.outcome}: ")
    note = f" ({said})" if said else ""
    showing.paragraph(f"{report.connection} {report.flow}: {report.outcome}{note}")
    if report.outcome in ("done", "ended early"):
        showing.paragraph(did or "nothing to do", indent=2)


def show_dry_run(hub: Hub, connection: Connection, flow: str, as_json: bool) -> None:
    """The exact payloads; nothing was written anywhere."""
    from tidegate.engine.dry_run import dry_run

    documents = dry_run(hub, connection, flow)
    refused = [document for document in documents if "not_sent" in document]
    if as_json:
        showing.print_json(
            {"connection": connection.name, "flow": flow, "dry_run": True, "would_send": documents}
        )
    else:
        for document in documents:
            if "not_sent" in document:
                show_refused(document)
            else:
                showing.print_json(document)
        leaving = sum(not {"not_sent", "in_company"} & set(document) for document in documents)
        without = f", {len(refused)} would not" if refused else ""
        showing.say(f"{leaving} would be sent{without}. Nothing was sent or written.")
    if any(not document.get("order") for document in refused):
        raise typer.Exit(exits.STOPPED)  # the whole of it: closed, not signed in, not readable
    if refused:
        raise typer.Exit(exits.FOUND)


def show_refused(document: dict[str, Any]) -> None:
    """What would not be sent, and why: it has no payload to show."""
    amount = document.get("magento_total")
    subject = ", ".join(str(part) for part in (document.get("order"), amount) if part) or "nothing"
    showing.paragraph(f"{subject}: not sent, {document['not_sent']}", style="bold")
    showing.paragraph(str(document.get("text", "")), indent=4)


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("run")(run)
    app.command("cycle")(cycle)
