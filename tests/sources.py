"""The project's own source files, read and parsed once for all rules that look at them.

Parsed they need half a gigabyte: they are forgotten when the last of the rules has been asked.
"""

from __future__ import annotations

import ast
import gc
from functools import cache
from pathlib import Path


@cache
def text(path: Path) -> str:
    """A file."""
    return path.read_text(encoding="utf-8")


@cache
def tree(path: Path) -> ast.Module:
    """A file, parsed; a million nodes are no garbage, and looking for some among them takes longer than parsing."""
    gc.disable()
    parsed = ast.parse(text(path))
    gc.freeze()
    gc.enable()
    return parsed


@cache
def nodes(path: Path) -> tuple[ast.AST, ...]:
    """Everything in it."""
    return tuple(ast.walk(tree(path)))


def forget() -> None:
    """Keep nothing any longer."""
    for kept in (text, tree, nodes):
        kept.cache_clear()
