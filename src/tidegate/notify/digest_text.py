"""A digest as plain text, at most 78 columns wide where the texts allow it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tidegate.domain.foreign_text import visible

Digest = dict[str, Any]


def title(digest: Digest) -> str:
    """The subject of the mail: it says whether anything needs a person."""
    return f"Tidegate, {digest['connection']} {digest['day']}: {verdict(digest)}"


def verdict(digest: Digest) -> str:
    """The state of the connection in a few words; what was not compared is never reported as equal."""
    if digest["halted"]:
        return "HALTED"
    if not digest["adds_up"]:
        return "A TALLY DOES NOT ADD UP"
    person = digest["person"]
    critical = sum(each["severity"] == "critical" for each in person["alerts"])
    waiting = sum(each["count"] for each in (*person["reviews"], *person["held"]))
    parts = [counted(critical, "critical alert") if critical else ""]
    parts += [counted(len(person["alerts"]), "alert") if person["alerts"] and not critical else ""]
    parts += [f"{counted(waiting, 'record')} need{'s' if waiting == 1 else ''} a person" if waiting else ""]
    books = digest["reconciliation"]
    parts += [
        f"reconciliation: {books['state']}" if books["scheduled"] and books["state"] != "agrees" else ""
    ]
    found = ", ".join(part for part in parts if part)
    return found or f"nothing needs a person, {counted(digest['orders']['pending'], 'order')} pending"


def text(digest: Digest, link: str = "") -> str:
    """The whole digest."""
    lines = [title(digest), f"{local(digest['from'], digest)} to {local(digest['at'], digest)}", ""]
    for name, rows in sections(digest):
        lines += [name.upper(), *(f"  {row}" for row in rows), ""]
    lines += [link] if link else []
    return "\n".join(lines).rstrip() + "\n"


def sections(digest: Digest) -> Iterable[tuple[str, list[str]]]:
    """(heading, lines), the most important first; an empty section says that it is empty."""
    yield "What needs a person", needed(digest) or ["nothing needs a person"]
    orders = digest["orders"]
    yield (
        "Orders",
        [
            f"{orders['confirmed_in_the_day']} confirmed in the last day",
            f"{orders['pending']} pending, {orders['confirmed']} confirmed, {orders['read']} read in all",
        ],
    )
    yield (
        "Tally",
        [account(flow, each["account"]) for flow, each in digest["flows"].items()]
        or ["no flow is configured"],
    )
    yield "Oldest deliveries", [oldest(each, digest) for each in digest["oldest"]] or ["no delivery waits"]
    failed = [f"{each['count']} x {each['code']}" for each in digest["failed"]]
    yield "Failed in the last day", failed or ["nothing failed"]
    ended = [f"{each['count']} x {each['title']}" for each in digest["resolved"]]
    yield "Resolved in the last day", ended or ["no alert was resolved"]
    yield (
        "Written to the store",
        [written(flow, each) for flow, each in digest["writes"].items()]
        or ["no flow writes values to the store"],
    )
    yield "Reconciliation", books(digest)
    yield "Calls", calls(digest)
    if digest["parcels"]:
        yield "Parcels", [parcel(each) for each in digest["parcels"]]


def needed(digest: Digest) -> list[str]:
    """The halt, the alerts, the reviews, and what held records wait for."""
    person, halted = digest["person"], digest["halted"]
    found = (
        [f"HALTED since {local(halted['since'], digest)} by {halted['by']} ({halted['code']})"]
        if halted
        else []
    )
    for each in person["alerts"]:
        about = f" {each['subject']}" if each["subject"] else ""
        found.append(
            f"[{each['severity']}] {each['title']}{about}, for {each['role']}, since {local(each['since'], digest)}"
        )
    found += [f"{counted(each['count'], 'record')} in review: {each['code']}" for each in person["reviews"]]
    found += [f"{counted(each['count'], 'record')} held for {each['waits_for']}" for each in person["held"]]
    if not digest["adds_up"]:
        found.append("the tally of a flow does not add up: keep the ledger and report this fault of Tidegate")
    return [visible(line) for line in found]


def account(flow: str, figures: Digest) -> str:
    """The tally of one flow in one line; zeros are left out."""
    names = (
        "confirmed",
        "handed_over",
        "waiting",
        "in_doubt",
        "review",
        "held",
        "cancelled",
        "skipped",
        "unexplained",
    )
    rest = " + ".join(f"{figures[name]} {name.replace('_', ' ')}" for name in names if figures[name])
    return f"{flow}: {figures['read']} read = {rest or '0'}"


def oldest(each: Digest, digest: Digest) -> str:
    """One waiting delivery: which it is, its state, since when, and why."""
    why = f"waits for {each['waits_for']}" if each["waits_for"] else each["code"]
    shown = f", {why}" if why else ""
    return visible(
        f"{each['label'] or each['step']} ({each['flow']}) {each['state']} since {local(each['since'], digest)}{shown}"
    )


def written(flow: str, each: Digest) -> str:
    """Writes of one flow within the day."""
    return (
        f"{flow}: {each['confirmed']} written, {each['failed']} failed, in {counted(each['cycles'], 'cycle')}"
    )


def books(digest: Digest) -> list[str]:
    """The result of the last reconciliation; parts that were not compared are named."""
    found, last = digest["reconciliation"], digest["reconciliation"]["last"]
    if last is None:
        return ["not compared yet" if found["scheduled"] else "not compared: no reconciliation is scheduled"]
    lines = [
        f"{found['state']}: orders from {last['from']} to {last['to']}, {counted(last['differences'], 'difference')}"
    ]
    lines += [
        f"{last['waiting']} {digest['currency']} waiting, {last['unexplained']} {digest['currency']} unexplained"
    ]
    if found["orders_in_review"]:
        lines.append(f"{counted(found['orders_in_review'], 'order')} in review")
    lines += [visible(f"not compared: {each}") for each in last["not_compared"]]
    return lines


def calls(digest: Digest) -> list[str]:
    """The calls of the day, and what is left of the company's budget."""
    used = digest["calls"]["used"]
    lines = [f"{counted(used['calls'], 'call')} to {digest['company']}"]
    if used["units"]:
        lines.append(counted(used["units"], "metered unit"))
    lines += [
        f"{each['used']} used of {each['words']}, {each['left']} left" for each in digest["calls"]["budget"]
    ]
    return lines


def parcel(each: Digest) -> str:
    """One parcel whose result is not known."""
    return f"{counted(each['records'], 'record')} handed over in {each['scope']}, result not known yet"


def counted(number: int, name: str) -> str:
    """A number with its noun in the singular or plural: `1 alert`, `2 alerts`."""
    return f"{number} {name}{'' if number == 1 else 's'}"


def local(instant: str | None, digest: Digest) -> str:
    """An instant in the company's time zone."""
    if not instant:
        return ""
    return (
        datetime.fromisoformat(instant)
        .astimezone(ZoneInfo(digest["time_zone"]))
        .strftime("%Y-%m-%d %H:%M %Z")
    )
