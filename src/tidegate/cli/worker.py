"""`worker`: cycles from the queue, on one of several machines."""

from __future__ import annotations

from typing import Annotated

import typer

from tidegate.cli.invocation import here
from tidegate.cli.running import served_hub
from tidegate.cli.stopping import asked_to_stop


def worker(
    context: typer.Context,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Cycles at a time.")] = 4,
    new_configuration: Annotated[
        bool,
        typer.Option(
            "--new-configuration", help=("Make this configuration file the one that all workers share.")
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Log one JSON object a line (to stderr).")] = False,
) -> None:
    """Run cycles beside other workers, until SIGINT or SIGTERM."""
    there = here(context)
    with asked_to_stop() as stop, served_hub(there, as_json=as_json) as hub:
        from tidegate.config.digest import digest
        from tidegate.engine import workers

        workers.run(hub, digest(there.config), stop, jobs=jobs, replace=new_configuration)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)
