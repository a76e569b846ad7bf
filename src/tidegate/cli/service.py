"""`service install`: Tidegate as a service of this machine."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused
from tidegate.cli.invocation import here
from tidegate.cli.showing import Json

if TYPE_CHECKING:
    from tidegate.service.installation import Installation, System

group = typer.Typer(help="Tidegate as a service of this machine.", no_args_is_help=True)


@group.command("install")
def install(
    context: typer.Context,
    user: Annotated[
        str, typer.Option("--user", metavar="NAME", help="The user it runs as (systemd).")
    ] = "tidegate",
    output: Annotated[
        Path | None,
        typer.Option("--output", metavar="FILE", help="Write the unit there (systemd).", dir_okay=False),
    ] = None,
    as_json: Json = False,
) -> None:
    """Write a systemd unit, or register a Windows service."""
    there = here(context)
    from tidegate.service.installation import Installation, NotInstalled, folders_of

    config = there.config.resolve()
    ledger = there.loaded().configuration.hub.ledger
    wanted = Installation(program(), config, user, folders_of(ledger, config))
    try:
        done = written(wanted, output) if output is not None else system().install(wanted)
    except NotInstalled as problem:
        raise Refused("not installed", str(problem), exits.FOUND) from None
    if as_json:
        showing.print_json({"command": list(wanted.command), "done": done})
    else:
        for line in done:
            showing.say(line)


def written(wanted: Installation, output: Path) -> list[str]:
    """The unit in a file of the user's choice: on any machine, to be copied."""
    from tidegate.service.systemd import unit

    output.write_text(unit(wanted), encoding="utf-8")
    return [f"written: {output}"]


def program() -> tuple[str, ...]:
    """What starts this very Tidegate: its script, or its Python."""
    script = Path(sys.executable).with_name("tidegate.exe" if sys.platform == "win32" else "tidegate")
    found = str(script) if script.exists() else shutil.which("tidegate")
    return (found,) if found else (sys.executable, "-m", "tidegate.cli.main")


def system() -> System:
    """The services of this machine."""
    if sys.platform == "win32":
        from tidegate.service.windows import WindowsServices

        return WindowsServices()
    from tidegate.service.systemd import Systemd

    return Systemd()


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.add_typer(group, name="service")
