"""`backup`: a copy of the ledger while it is in use."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused
from tidegate.cli.invocation import here
from tidegate.cli.showing import Json


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The file to write; it must not exist.")],
    force: Annotated[bool, typer.Option("--force", help="Replace the file, if there is one.")] = False,
    as_json: Json = False,
) -> None:
    """Copy the ledger (SQLite) to a file, while Tidegate runs. The copy is consistent and checked."""
    there = here(context)
    target = file.expanduser()
    if target.exists() and not force:
        raise Refused(f"{target} exists", "name another file, or use --force", exits.USAGE)
    with there.ledger():
        from rich.progress import Progress

        from tidegate.ledger import database

        with Progress(transient=True, disable=as_json or not sys.stderr.isatty()) as progress:
            task = progress.add_task("copied")
            database.backup(
                target, lambda copied, of: progress.update(task, completed=copied, total=of, refresh=True)
            )
    size = target.stat().st_size
    if as_json:
        showing.print_json({"file": str(target.absolute()), "bytes": size})
    else:
        showing.say(f"{target}: {size} bytes")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("backup")(backup)
