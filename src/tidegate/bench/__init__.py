"""Figures of this machine: `tidegate bench`. What is counted is asserted in the tests; what is timed is reported."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def main(
    *,
    only: str | None,
    quick: bool,
    sage: str,
    as_json: bool,
    peers: bool = False,
    plot: Path | None = None,
) -> int:
    """`tidegate bench`; the exit code."""
    from tidegate.bench.command import run  # the processes of the measurements import this package, too

    return run(only=only, quick=quick, sage=sage, as_json=as_json, peers=peers, plot=plot)
