"""Who acts: what an operator does is written into the history under a name."""

from __future__ import annotations

import getpass
from typing import Annotated

import typer

By = Annotated[
    str | None, typer.Option("--by", metavar="NAME", help="Who does this; by default the user of the system.")
]


def operator_name(by: str | None) -> str:
    """The name that the history shows."""
    if by and by.strip():
        return by.strip()
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container without an entry for its user
        return "operator"
