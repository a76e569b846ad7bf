"""How results are shown: tables and lines for people, one JSON document for scripts."""

from __future__ import annotations

import json
import re
import sys
import textwrap
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import IO, TYPE_CHECKING, Annotated, Any, TypeVar
from zoneinfo import ZoneInfo

import typer

from tidegate.cli.invocation import Invocation
from tidegate.domain.foreign_text import json_text, visible
from tidegate.redaction import redact

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

T = TypeVar("T")

#: What counts as a figure in a table: it stands right and is never folded.
_FIGURE = re.compile(r"[-+]?\d[\d.,]*( %)?")
NARROW = 16  #: a column whose cells are no longer is never folded either
FOLDED = 10  #: what a column of longer texts keeps at least, where others are wide
BETWEEN = "  "  #: what stands between two columns


def _remember_json(context: typer.Context, value: bool) -> bool:
    found = context.find_object(Invocation)
    if found is not None and value:
        found.as_json = True
    return value


Json = Annotated[
    bool,
    typer.Option("--json", help="Print one JSON document and nothing else.", callback=_remember_json),
]


def console(stream: IO[str] | None = None) -> Console:
    """A console on stdout (or `stream`), made anew, as tests exchange stdout.

    As wide as `COLUMNS` says, else as the terminal, else 80 columns: a mail or a page reads like a terminal.
    """
    from rich.console import Console

    stream = stream or sys.stdout
    return Console(file=stream, highlight=False, emoji=False)


def say(text: str = "", *, style: str | None = None) -> None:
    """One line for people. `text` is shown as it is: brackets in it are no markup."""
    console().print(safe(text, lines=True), style=style, markup=False, soft_wrap=True)


def paragraph(text: str, *, indent: int = 0, style: str | None = None, further: int = 2) -> None:
    """Text for people, broken between words at the console's width; what goes on stands `further` columns in.

    Each line of `text` is a paragraph of its own. Unlike `say` it is not meant to be copied into a shell.
    """
    here = console()
    for line in safe(text, lines=True).expandtabs(4).splitlines() or [""]:
        bare = line.lstrip(" ")
        start = " " * (indent + len(line) - len(bare))
        parts = textwrap.wrap(
            bare,
            here.width,
            initial_indent=start,
            subsequent_indent=start + " " * further,
            break_on_hyphens=False,
        )
        for part in parts or [""]:
            here.print(part, style=style, markup=False, soft_wrap=True)


def safe(text: str, *, lines: bool = False) -> str:
    """Foreign text without secrets and without anything that a terminal would carry out."""
    return visible(redact(text), lines=lines)


def print_json(document: object) -> None:
    """The one document on stdout; instants in UTC ISO 8601, amounts as text."""
    text = json.dumps(document, default=plain_value, ensure_ascii=False, indent=2)
    sys.stdout.write(json_text(text) + "\n")


def plain_value(value: object) -> object:
    """What JSON has no word for."""
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"no JSON for {type(value).__name__}: {value!r}")


def local(instant: datetime | str | None, zone: ZoneInfo) -> str:
    """An instant for people in `zone`, e.g. `2026-03-02 14:05 GMT`; "" for none."""
    if not instant:
        return ""
    if isinstance(instant, str):
        instant = datetime.fromisoformat(instant)
    return instant.astimezone(zone).strftime("%Y-%m-%d %H:%M %Z")


def ago(seconds: float | None) -> str:
    """An age in the two largest units: `3 d 4 h`, `12 min`, `5 s`; "" for none."""
    if seconds is None:
        return ""
    left = max(int(seconds), 0)
    parts: list[str] = []
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min"), (1, "s")):
        amount, left = divmod(left, size)
        if amount or (unit == "s" and not parts):
            parts.append(f"{amount} {unit}")
        if len(parts) == 2:
            break
    return " ".join(parts)


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> Table:
    """A plain table; figures stand right and are never folded, nothing in a cell is markup."""
    from rich.table import Table

    made = Table(title=title, title_justify="left", box=None, pad_edge=False, header_style="bold")
    filled = [list(row) for row in rows]
    cells = [["" if row[at] is None else str(row[at]) for row in filled] for at in range(len(columns))]
    numeric = [any(each) and all(not cell or _FIGURE.fullmatch(cell) for cell in each) for each in cells]
    whole = [
        figures or all(len(cell) <= NARROW for cell in (column, *each))
        for column, each, figures in zip(columns, cells, numeric, strict=True)
    ]
    longest = [max(map(len, each), default=0) for each in cells]
    least = [long if all_of_it else min(long, FOLDED) for long, all_of_it in zip(longest, whole, strict=True)]
    titles = headed(columns, least, console().width)
    widest = [max(map(len, each.split("\n"))) for each in titles]
    made.min_width = sum(map(max, least, widest)) + len(BETWEEN) * (len(columns) - 1)
    for column, figures, all_of_it in zip(titles, numeric, whole, strict=True):
        made.add_column(column, justify="right" if figures else "left", overflow="fold", no_wrap=all_of_it)
    for row in filled:
        made.add_row(*(_cell(value) for value in row))
    return made


def headed(titles: Sequence[str], least: Sequence[int], room: int) -> list[str]:
    """Titles broken into lines as long as there is room for: figures below them would be cut, not folded.

    `least` are the widths that the cells need, whatever stands above them.
    """
    widths = list(least)
    for most in range(max(map(len, titles), default=0), 2, -1):
        widths = [max(low, min(len(title), most)) for title, low in zip(titles, least, strict=True)]
        if sum(widths) + len(BETWEEN) * (len(widths) - 1) <= room:
            break
    return ["\n".join(textwrap.wrap(title, max(wide, 1))) for title, wide in zip(titles, widths, strict=True)]


def _cell(value: object) -> Text:
    """A cell's text; an object of Rich's, so that no sign in it is markup."""
    from rich.text import Text

    return Text("" if value is None else safe(str(value)))


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str | None = None) -> None:
    """Print a table. One whose figures need more than the width is wider: a figure is never cut."""
    shown, made = console(), table(columns, rows, title=title)
    shown.width = max(shown.width, made.min_width or 0)
    shown.print(made)


def with_progress(text: str, work: Callable[[Callable[[int, int], None]], T]) -> T:
    """Do `work`, which is handed `report(done, total)`; a bar is shown on a terminal only."""
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        return work(lambda _done, _total: None)
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns: list[Any] = [
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    ]
    with Progress(*columns, console=console(sys.stderr), transient=True) as bar:
        task = bar.add_task(text, total=None)

        def report(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total or None)

        return work(report)
