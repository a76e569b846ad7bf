"""`worker`: cycles from the queue, on one of several machines."""

from __future__ import annotations

import threading
from typing import Annotated

import typer

from tidegate.cli.invocation import Invocation, here
from tidegate.cli.stopping import asked_to_stop


def worker(
    context: typer.Context,
    jobs: Annotated[int, typer.Option("--jobs", min=1, max=64, help="Cycles at a time.")] = 4,
    new_configuration: Annotated[
        bool,
        typer.Option("--new-configuration", help="This file is the one that all workers share from now on."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Log one JSON object a line (to stderr).")] = False,
) -> None:
    """Run cycles beside other workers, until SIGINT or SIGTERM."""
    with asked_to_stop() as stop:
        work_until(here(context), stop, jobs=jobs, new_configuration=new_configuration, as_json=as_json)


def work_until(
    there: Invocation, stop: threading.Event, *, jobs: int, new_configuration: bool, as_json: bool
) -> None:
    """The worker, until `stop` is set."""
    import logging

    from tidegate import log
    from tidegate.config.digest import digest

    with there.hub() as hub:
        level = logging.DEBUG if there.debug else logging.INFO
        log.set_up("json" if as_json else hub.configuration.hub.log, clock=hub.clock, level=level)
        from tidegate.engine import workers

        workers.run(hub, digest(there.config), stop, jobs=jobs, replace=new_configuration)


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("worker")(worker)
