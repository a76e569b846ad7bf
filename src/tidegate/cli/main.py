"""The entry point: main options, every command, and what an error looks like."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from tidegate.cli import exits
from tidegate.cli.complaint import complaint_of
from tidegate.cli.invocation import Invocation
from tidegate.domain.foreign_text import visible
from tidegate.redaction import redact


class Commands(TyperGroup):
    """Turns the errors that users can meet into one block and an exit code."""

    def make_context(self, *args: Any, **extra: Any) -> Any:
        """Read the command line; `--help` and `--version` already answer here."""
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError:
            raise typer.Exit(unread()) from None

    def invoke(self, ctx: Any) -> Any:
        """Run the command. `--debug` shows where an error came from."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # whoever read the output has seen enough
            raise typer.Exit(unread()) from None
        except Exception as error:
            if type(error).__module__.partition(".")[0] in ("typer", "click"):
                raise  # usage errors, exits and aborts speak for themselves
            there = ctx.obj if isinstance(ctx.obj, Invocation) else Invocation()
            raise typer.Exit(complain(error, there)) from None


def complain(error: Exception, there: Invocation) -> int:
    """Say what is wrong on stderr (and as the document of `--json`); the exit code."""
    known = complaint_of(error)
    if known is None or there.debug:
        print(visible(redact("".join(traceback.format_exception(error))), lines=True), file=sys.stderr)
    if known is None:
        print(
            "tidegate: this is an error in Tidegate itself: please report the lines above",
            file=sys.stderr,
        )
        return exits.BUG
    print(known.block, file=sys.stderr)
    if there.as_json:
        from tidegate.cli.showing import print_json

        print_json(known.as_dict())
    return known.exit_code


#: Every module with commands of its own, in the order of the help, and their names.
MODULES = {
    "setting_up": ("init", "check"),
    "sign_in": ("sign-in",),
    "connect": ("connect",),
    "running": ("run", "cycle"),
    "worker": ("worker",),
    "queue_acts": ("queue",),
    "items": ("items",),
    "status": ("status",),
    "trace": ("trace",),
    "alerts": ("alerts", "halt", "lift"),
    "digest": ("digest",),
    "reconcile": ("reconcile",),
    "month_end": ("month-end",),
    "coverage": ("coverage",),
    "advise": ("advise",),
    "match": ("match",),
    "adopt": ("adopt",),
    "keeping": ("backup",),
    "ledger": ("ledger",),
    "service": ("service",),
    "erase": ("erase",),
    "user": ("user",),
    "proving": ("demo", "simulate", "bench"),
    "sandbox": ("sandbox",),
}


def application(words: Sequence[str] = ()) -> typer.Typer:
    """The program: of the command that these words of the command line call, or else of all commands.

    One command alone is there in half the time that all of them take.
    """
    program = typer.Typer(
        cls=Commands,
        name="tidegate",
        help="Magento 2 orders into Sage, exactly once.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80},
    )
    program.callback()(main)
    called = _called(words)
    for module, names in MODULES.items():
        if called is None or called in names:
            importlib.import_module(f"tidegate.cli.{module}").register(program)
    return program


def _called(words: Sequence[str]) -> str | None:
    """The command behind the main options; None for one that is not known, and where help may be asked for."""
    left = iter(words)
    for word in left:
        if word in ("-c", "--config"):
            next(left, None)
        elif not word.startswith("-"):
            return word if any(word in names for names in MODULES.values()) else None
        elif word != "--debug" and not word.startswith("--config="):
            return None
    return None


def _show_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            print(f"tidegate {version('tidegate')}")
        except PackageNotFoundError:
            print("tidegate (not installed)")
        raise typer.Exit(exits.FINE)


def main(
    context: typer.Context,
    config: Annotated[
        Path, typer.Option("--config", "-c", envvar="TIDEGATE_CONFIG", help="The configuration file.")
    ] = Path("tidegate.toml"),
    debug: Annotated[bool, typer.Option("--debug", help="Show where an error came from.")] = False,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Magento 2 orders into Sage, exactly once."""
    os.umask(0o077)  # whatever a command writes holds personal data or secrets: for its user alone
    there = context.ensure_object(Invocation)
    there.config = config.expanduser()
    there.debug = debug


def run() -> None:
    """The program. What it has not written yet is written here, where a reader that has gone can be seen."""
    try:
        try:
            application(sys.argv[1:])()
        finally:
            sys.stdout.flush()
    except BrokenPipeError:
        sys.exit(unread())


def unread() -> int:
    """Nobody reads the output any more, as with `| head`: the rest goes nowhere, and quietly; the exit code."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # a stream of a test, or a closed one, has no descriptor
            os.dup2(nowhere, stream.fileno())
    os.close(nowhere)
    return exits.UNREAD


if __name__ == "__main__":  # a service without the script starts it so
    run()
