"""A digest as plain text, 78 columns wide at most where the words allow it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from tidegate.domain.foreign_text import visible

Digest = dict[str, Any]


def title(digest: Digest) -> str:
    """The subject of the mail: a glance says whether anything is wrong."""
    return f"Tidegate, {digest['connection']} {digest['day']}: {verdict(digest)}"


def verdict(digest: Digest) -> str:
    """In a few words; never *all is well* when something was not compared."""
    if digest["halted"]:
        return "HALTED"
    if not digest["adds_up"]:
        return "THE ACCOUNT DOES NOT ADD UP"
    person = digest["person"]
    critical = sum(each["severity"] == "critical" for each in person["alerts"])
    waiting = sum(each["count"] for each in (*person["reviews"], *person["held"]))
    parts = [f"{critical} critical alerts" if critical else ""]
    parts += [f"{len(person['alerts'])} alerts" if person["alerts"] and not critical else ""]
    parts += [f"{waiting} need a person" if waiting else ""]
    books = digest["reconciliation"]
    parts += [f"books {books['state']}" if books["scheduled"] and books["state"] != "agrees" else ""]
    found = ", ".join(part for part in parts if part)
    return found or f"nothing needs a person, {digest['orders']['pending']} orders pending"


def text(digest: Digest, link: str = "") -> str:
    """The whole digest."""
    lines = [title(digest), f"{local(digest['from'], digest)} to {local(digest['at'], digest)}", ""]
    for name, rows in sections(digest):
        lines += [name.upper(), *(f"  {row}" for row in rows), ""]
    lines += [link] if link else []
    return "\n".join(lines).rstrip() + "\n"


def sections(digest: Digest) -> Iterable[tuple[str, list[str]]]:
    """(heading, lines), in the order in which they matter; what is empty says so."""
    yield "What needs a person", needed(digest) or ["nothing"]
    orders = digest["orders"]
    yield (
        "Orders",
        [
            f"{orders['confirmed_in_the_day']} confirmed in the last day",
            f"{orders['pending']} pending, {orders['confirmed']} confirmed, {orders['read']} read in all",
        ],
    )
    yield (
        "The account",
        [account(flow, each["account"]) for flow, each in digest["flows"].items()] or ["no flow"],
    )
    yield "Oldest", [oldest(each, digest) for each in digest["oldest"]] or ["nothing waits"]
    failed = [f"{each['count']} x {each['code']}" for each in digest["failed"]]
    yield "Failed in the last day", failed or ["nothing"]
    ended = [f"{each['count']} x {each['title']}" for each in digest["resolved"]]
    yield "Resolved in the last day", ended or ["no alert ended"]
    yield (
        "Written to the store",
        [written(flow, each) for flow, each in digest["writes"].items()] or ["no such flow"],
    )
    yield "Books", books(digest)
    yield "Calls", calls(digest)
    if digest["parcels"]:
        yield "Parcels", [f"{each['records']} records in {each['scope']}" for each in digest["parcels"]]


def needed(digest: Digest) -> list[str]:
    """The halt, alerts, reviews and what is missing."""
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
    found += [f"{each['count']} in review: {each['code']}" for each in person["reviews"]]
    found += [f"{each['count']} wait for {each['waits_for']}" for each in person["held"]]
    if not digest["adds_up"]:
        found.append("deliveries are missing in an account: keep the ledger and report it")
    return [visible(line) for line in found]


def account(flow: str, figures: Digest) -> str:
    """One line of the account that adds up; what is nought is left out."""
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
    """One that waits."""
    why = each["waits_for"] or each["code"]
    shown = f", {why}" if why else ""
    return visible(
        f"{each['label'] or each['step']} ({each['flow']}) {each['state']} since {local(each['since'], digest)}{shown}"
    )


def written(flow: str, each: Digest) -> str:
    """Writes of one flow within the day."""
    return (
        f"{flow}: {each['confirmed']} written, {each['failed']} failed, in {each['cycles']} cycle"
        f"{'' if each['cycles'] == 1 else 's'}"
    )


def books(digest: Digest) -> list[str]:
    """How the reconciliation stands; not compared is said, never left out."""
    found, last = digest["reconciliation"], digest["reconciliation"]["last"]
    if last is None:
        return ["not compared yet" if found["scheduled"] else "not compared: no reconciliation is scheduled"]
    lines = [
        f"{found['state']}: orders from {last['from']} to {last['to']}, {last['differences']} differences"
    ]
    lines += [f"waiting {last['waiting']}, unexplained {last['unexplained']} {digest['currency']}"]
    if found["orders_in_review"]:
        lines.append(f"{found['orders_in_review']} orders in review")
    lines += [visible(f"not compared: {each}") for each in last["not_compared"]]
    return lines


def calls(digest: Digest) -> list[str]:
    """What the company's product counted, against what it allows."""
    used = digest["calls"]["used"]
    lines = [f"{used['calls']} calls to {digest['company']}"]
    if used["units"]:
        lines.append(f"{used['units']} metered units")
    lines += [
        f"{each['used']} used of {each['words']}, {each['left']} left" for each in digest["calls"]["budget"]
    ]
    return lines


def local(instant: str | None, digest: Digest) -> str:
    """In the company's zone."""
    if not instant:
        return ""
    return (
        datetime.fromisoformat(instant)
        .astimezone(ZoneInfo(digest["time_zone"]))
        .strftime("%Y-%m-%d %H:%M %Z")
    )
