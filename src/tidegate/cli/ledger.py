"""`ledger move`: from a file to PostgreSQL."""

from __future__ import annotations

from typing import Annotated

import typer

from tidegate.cli import showing
from tidegate.cli.invocation import here
from tidegate.cli.showing import Json

app = typer.Typer(help="The ledger itself.", no_args_is_help=True)


@app.command("move")
def move(
    context: typer.Context,
    target: Annotated[
        str,
        typer.Option(
            "--to",
            metavar="URL",
            envvar="TIDEGATE_LEDGER_TARGET",
            help="postgresql://user@host/database, an empty database.",
        ),
    ],
    as_json: Json = False,
) -> None:
    """Copy a ledger in a file to PostgreSQL and compare every row. Stop Tidegate first. Resumable."""
    there = here(context)
    with there.ledger():
        from tidegate.ledger import database, moving
        from tidegate.ledger.faults import LedgerError

        try:
            moved = moving.move(target, there.clock.now())
        except LedgerError as error:  # what is said of PostgreSQL is said of the new ledger
            text = str(error).removeprefix(f"{database.where()}: PostgreSQL")
            text = text if text == str(error) else f"PostgreSQL{text}"
            raise type(error)(text.replace("`[hub] ledger`", "`--to`")) from error
    if as_json:
        tables = [{"table": each.table, "rows": each.rows, "copied": each.copied} for each in moved]
        showing.print_json({"moved": tables, "same": True})
        return
    for each in moved:
        showing.say(f"{each.table.removeprefix('tidegate_')}: {each.rows} rows, all the same")
    showing.say("Now set `[hub] ledger` to the new address, keep the file, and start Tidegate.")


def register(commands: typer.Typer) -> None:
    """Add the commands."""
    commands.add_typer(app, name="ledger")
