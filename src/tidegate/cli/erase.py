"""`erase`: takes the personal data of one customer out of the ledger."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused, Unknown
from tidegate.cli.invocation import here, only_connection
from tidegate.cli.operator import By, operator_name
from tidegate.cli.queue import LARGEST_ID, Connection
from tidegate.cli.queue_acts import Yes
from tidegate.cli.showing import Json

if TYPE_CHECKING:
    from tidegate.ledger.erasure import ErasedCustomer

#: Open deliveries that are named.
MOST_NAMED = 20
BACKUPS = "backups, copies made before upgrades, exports and logs still contain the data: delete the old ones"


def erase(
    context: typer.Context,
    connection: Connection = None,
    email: Annotated[str, typer.Option("--email", metavar="EMAIL", help="The customer's e-mail.")] = "",
    customer: Annotated[
        int | None,
        typer.Option(
            "--customer", metavar="ID", min=1, max=LARGEST_ID, help="The store's id of the customer."
        ),
    ] = None,
    export: Annotated[
        Path | None,
        typer.Option("--export", metavar="FILE", help="Write down all that would be erased; change nothing."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count; change nothing.")] = False,
    history: Annotated[
        bool,
        typer.Option(
            "--history", help=("List the erasures: who ran them, when and how much; never whose data.")
        ),
    ] = False,
    yes: Yes = False,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Take one customer's personal data out of the ledger. Numbers, amounts and states stay."""
    if history == bool(email.strip() or customer is not None) or (email.strip() and customer is not None):
        raise typer.BadParameter("give one of --email, --customer and --history")
    there = here(context)
    with there.ledger() as configuration:
        from tidegate.engine import erasing
        from tidegate.ledger import erasure

        name = only_connection(configuration, connection)
        if history:
            show_history(erasure.history(name), as_json)
            return
        store = configuration.connections[name].store
        found = erasure.find(name, store, email=email, customer_id=customer)
        if export is not None:
            write_down(found, export, as_json)
            return
        refuse_open(found)
        erased, problem = erasing.counts(found, there.clock.now()), ""
        if not erased:
            if not dry_run:
                erasing.compact()  # an earlier erasure may not have been able to
            raise Unknown(
                "customer", email.strip() or str(customer), remedy=("the ledger has no data of this customer")
            )
        if not dry_run:
            if not yes:
                confirm(found, erased)
            try:
                erased, problem = erasing.erase(found, operator_name(by), there.clock.now())
            except ValueError as error:
                raise Refused(
                    str(error),
                    ("a new delivery of this customer was opened meanwhile: run the command again"),
                ) from None
    show(found, erased, dry_run, problem, as_json)


def write_down(found: ErasedCustomer, path: Path, as_json: bool) -> None:
    """What the ledger has of the customer, into a file for its user alone."""
    import msgspec

    from tidegate.ledger import personal_copy
    from tidegate.ledger.file import private

    document = personal_copy.of(found)
    count = len(document["orders"]) + len(document["steps"])
    if not count and not document["customer"] and not document["accounts"]:
        raise Unknown("customer", ", ".join(document["emails"]), remedy="the ledger has nothing of them")
    private(path)
    path.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2))
    if as_json:
        showing.print_json({"connection": found.connection, "orders": len(found.sources), "file": str(path)})
        return
    showing.say(f"{len(found.sources)} orders with all that was written about them are in {path}")


def refuse_open(found: ErasedCustomer) -> None:
    """What is not finished still needs the address; says what and what to do."""
    if not found.open:
        return
    named = ", ".join(
        f"{each.label} {each.step} ({each.state}{f', id:{each.id}' if each.id else ''})"
        for each in found.open[:MOST_NAMED]
    )
    more = f" and {len(found.open) - MOST_NAMED} more" if len(found.open) > MOST_NAMED else ""
    raise Refused(
        f"{len(found.open)} deliveries of this customer are open: {named}{more}",
        "let the next cycles finish them, or end them by hand: `tidegate queue cancel`, `queue skip` or "
        "`queue link`; then erase again",
    )


def confirm(found: ErasedCustomer, erased: dict[str, int]) -> None:
    """Ask before what cannot be undone; without a terminal the answer can only be --yes."""
    try:
        agreed = typer.confirm(
            f"permanently erase {len(found.sources)} orders of customer ids {list(found.ids)} and "
            f"{len(found.emails)} e-mails: {counted(erased)}?",
            err=True,
        )
    except typer.Abort:
        raise typer.BadParameter("no answer was given: use --yes in scripts") from None
    if not agreed:
        print("nothing was changed", file=sys.stderr)
        raise typer.Exit(exits.FOUND)


def counted(erased: dict[str, int]) -> str:
    """Counts by kind in one line."""
    return ", ".join(f"{kind} {number}" for kind, number in erased.items())


def show(found: ErasedCustomer, erased: dict[str, int], dry_run: bool, problem: str, as_json: bool) -> None:
    """What was changed, or would be."""
    if as_json:
        showing.print_json(
            {
                "connection": found.connection,
                "dry_run": dry_run,
                "orders": len(found.sources),
                "customer_ids": sorted(found.ids),
                "counts": erased,
                "freed_pages": problem,
            }
        )
        return
    showing.say(f"{'would change' if dry_run else 'erased'}: {counted(erased)}")
    if problem:
        showing.say(
            f"freed pages of the database file may still contain old data ({problem}): run the command once "
            "more later"
        )
    if not dry_run:
        showing.say(BACKUPS)


def show_history(entries: list[dict[str, object]], as_json: bool) -> None:
    """Every erasure of the connection."""
    if as_json:
        showing.print_json({"erasures": entries})
        return
    for each in entries:
        counts = each["counts"]
        showing.say(f"{each['at']} {each['by']}: {counted(counts) if isinstance(counts, dict) else ''}")
    if not entries:
        showing.say("no customer has been erased yet")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("erase")(erase)
