"""How the evening looks on a terminal."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from tidegate.demo.scenario import RATE, Occurrence, Scenario

PLACES = (
    *("read", "confirmed", "handed_over", "waiting", "in_doubt"),
    *("review", "held", "cancelled", "skipped", "unexplained"),
)
CYCLES = 4  #: shown at once
FIXED_LINES = 10  #: head, heading of the account, one frame, and one line that the terminal keeps for itself
LEAST = 3  #: events shown at once, at least


def clock_face(at: datetime, zone: ZoneInfo) -> str:
    """An instant as the merchant's clock shows it."""
    return at.astimezone(zone).strftime("%H:%M")


def line_of(event: Occurrence, zone: ZoneInfo) -> Text:
    """One event on one line."""
    return Text.assemble((f"{clock_face(event.at, zone)}  ", "dim"), (event.text, event.style))


def overview(scenario: Scenario, height: int) -> RenderableType:
    """Everything at once: both systems, the account, what was carried, what happened, on so many lines.

    On a small terminal the last cycles are left out.
    """
    flows = scenario.figures.connection["flows"]
    room = max(height - FIXED_LINES - len(flows), LEAST)
    parts: list[RenderableType] = [head(scenario), account(flows)]
    if room >= LEAST + CYCLES + 2:
        parts.append(framed(carried(scenario), "the last cycles"))
        room -= CYCLES + 2
    return Group(*parts, framed(happened(scenario, room), "what happened"))


def framed(content: Text, title: str) -> Panel:
    """Lines in a frame; what is too long is cut, so that the display keeps its height."""
    content.no_wrap, content.overflow = True, "ellipsis"
    return Panel(content, title=title, title_align="left", border_style="dim")


def head(scenario: Scenario) -> Table:
    """The time, the shop, the queue, Sage."""
    figures, zone = scenario.figures, scenario.setup.place.zone
    window = figures.connection["window"]
    if window["open"]:
        door = Text("open", "green")
    else:
        until = clock_face(datetime.fromisoformat(window["closed_until"]), zone)
        door = Text(f"closed until {until}: {window['reason']}", "yellow")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column()
    grid.add_row(clock_face(figures.at, zone), f"simulated, {RATE / 60:.0f} minutes a second")
    grid.add_row("Magento", f"{figures.placed} orders placed")
    grid.add_row("queue", f"{figures.orders['waiting']} orders wait{age(figures.oldest)}")
    grid.add_row(
        scenario.setup.house.title,
        Text.assemble(door, f"; {figures.sage_orders} orders, ", doubles(figures.duplicates)),
    )
    life = figures.life
    grid.add_row(
        "on the way",
        f"{life.shipped} shipped, {life.invoiced} invoiced, {life.posted} posted, {life.paid} paid",
    )
    return grid


def doubles(duplicates: int) -> Text:
    """How many orders Sage has beyond the first of the same key."""
    return Text(f"{duplicates} duplicates", "red" if duplicates else "green")


def age(minutes: int | None) -> str:
    """How long the oldest order in the queue has waited."""
    return f", the oldest for {minutes} minutes" if minutes is not None else ""


def account(flows: dict[str, Any]) -> Table:
    """One line a flow; each line adds up."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 1, 0, 0))
    table.add_column("", no_wrap=True, min_width=len("registrations"))
    for place in PLACES:
        head = place.replace("_", "\n").replace("unexplained", "unex-\nplained")  # fits eighty columns
        table.add_column(head, justify="right", no_wrap=True, vertical="bottom")
    for name, flow in flows.items():
        counts = flow["account"]
        styles = ["red" if place == "unexplained" and counts[place] else "" for place in PLACES]
        cells = [Text(str(counts[place]), style) for place, style in zip(PLACES, styles, strict=True)]
        table.add_row(name, *cells)
    return table


def carried(scenario: Scenario) -> Text:
    """What the last cycles did."""
    lines = Text()
    for line in list(scenario.cycles)[-CYCLES:]:
        counts = line["counts"]
        names = ("read", "sent", "handed_over", "confirmed", "adopted", "in_doubt")
        summary = ", ".join(f"{name.replace('_', ' ')} {counts[name]}" for name in names if counts.get(name))
        summary = summary or ("nothing to do" if line["outcome"] == "done" else line["outcome"])
        note = f" ({line['text']})" if line["text"] else ""
        at = clock_face(datetime.fromisoformat(line["at"]), scenario.setup.place.zone)
        lines.append(f"{at}  {line['flow']:<13} {summary}{note}\n")
    lines.rstrip()
    return lines


def happened(scenario: Scenario, most: int) -> Text:
    """The last events."""
    zone = scenario.setup.place.zone
    return Text("\n").join([line_of(event, zone) for event in list(scenario.events)[-most:]])


def unsent_table(deliveries: list[dict[str, Any]]) -> Table:
    """The orders that are not in Sage: number, or id where it could not be read, state, reason."""
    table = Table(box=None, pad_edge=False, show_header=False)
    for each in deliveries:
        table.add_row(each["label"], each["state"], Text(each["reason"]))
    return table
