"""Conditions that no failure reports: halts, windows, budgets, credentials, comparisons that are due.

Each is raised once, updated while it lasts and cleared when it is over. `watch` looks at them; no call is made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from tidegate.engine.hub import Hub
from tidegate.flows.connection import Connection
from tidegate.flows.spending import beyond
from tidegate.ledger import alerts, closures, halts, marks, queue
from tidegate.ledger.alerts import OpenAlert
from tidegate.ledger.database import transaction

HALTED = "halted"
OVERRUN = "window-overrun"
LOCKED = "company-locked"
BUDGET = "call-budget"
CREDENTIAL = "credential-expiring"
NOT_COMPARED = "not-compared"


#: Credentials end by the day: they are looked at no more often.
CREDENTIAL_PAUSE = timedelta(hours=6)

Known = Sequence[OpenAlert]


def look(hub: Hub, connection: Connection, now: datetime, known: Known | None = None) -> None:
    """Raise or clear all of them for one connection; `known` are its alerts that are open."""
    known = alerts.open_alerts(connection.name) if known is None else known
    agree(HALTED, connection.name, halted(connection, known), now, known)
    agree(OVERRUN, connection.name, overrun(connection, now, known), now, known)
    agree(LOCKED, connection.name, locked(hub, connection, now, known), now, known)
    agree(BUDGET, connection.name, budget(connection, now), now, known)
    agree(NOT_COMPARED, connection.name, not_compared(connection, now), now, known)
    place = f"{CREDENTIAL}:{connection.name}"
    looked = hub.watched.get(place)
    due = looked is None or not timedelta(0) <= now - looked < CREDENTIAL_PAUSE
    if due or any(each.code == CREDENTIAL for each in known):
        hub.watched[place] = now
        agree(CREDENTIAL, connection.name, credential(connection, now), now, known)


def agree(
    code: str, connection: str, wanted: Mapping[str, str], now: datetime, known: Known | None = None
) -> None:
    """The open alerts of one kind become these: subject -> text. Raised again only when the text has changed."""
    if known is None:
        known = alerts.open_alerts(connection)
    texts = {each.subject: each.text for each in known if each.code == code}
    changed = {subject: text for subject, text in wanted.items() if texts.get(subject) != text}
    over = texts.keys() - wanted.keys()
    if not changed and not over:
        return
    with transaction("watch"):
        for subject in over:
            alerts.clear_alert(code, connection, subject, now)
        for subject, text in changed.items():
            alerts.raise_alert(code, connection, subject, text, now)


def halted(connection: Connection, known: Known) -> dict[str, str]:
    """A halt that no other alert reports: by a person, or after its alert was cleared."""
    found = halts.halted(connection.name)
    if found is None or any(each.code == found.code for each in known):
        return {}
    text = (
        f"halted by {found.by}: {found.reason}. Nothing is read or sent until `tidegate lift "
        f"{connection.name}`"
    )
    return {"": text}


def overrun(connection: Connection, now: datetime, known: Known) -> dict[str, str]:
    """Work that was left when the company closed; it stays until the company is open and the work is done."""
    raised = next((each for each in known if each.code == OVERRUN), None)
    closed = connection.calendar.closed(now) is not None
    if raised is None and not closed:
        return {}
    oldest = queue.oldest_going_out(connection.name)
    if oldest is None:
        return {}
    patience = timedelta(minutes=connection.settings.alerts.overrun_minutes)
    if raised is not None:
        return {"": raised.text} if closed or now - oldest > patience else {}
    began = closing_began(connection, now)
    if began is None or began - oldest <= patience:
        return {}
    company = connection.settings.company
    return {
        "": f"{company} closed while deliveries had been waiting since {oldest:%Y-%m-%d %H:%M} UTC: the "
        "hours in which it is open are too short for the work. Shorten the closing, or raise `batch`, "
        "the seats or the frequency of the flow"
    }


def closing_began(connection: Connection, now: datetime) -> datetime | None:
    """When the closing that holds now began, followed back for a day at most; None when it is longer."""
    day = timedelta(days=1)
    first = connection.calendar.next_closing(now - day)
    while first is not None and first.end <= now:
        first = connection.calendar.next_closing(first.end)
    return first.start if first is not None and first.start <= now else None


def locked(hub: Hub, connection: Connection, now: datetime, known: Known) -> dict[str, str]:
    """A company that answers `locked` (or nothing) in hours in which it should be open."""
    company = connection.settings.company
    place = f"{LOCKED}:{connection.name}"
    closure = closures.closed(company, now)
    if closure is None or connection.calendar.closed(now) is not None:
        hub.watched.pop(place, None)
        return {}
    raised = next((each for each in known if each.code == LOCKED), None)
    if raised is not None:  # also by a hub before this one
        return {"": raised.text}
    since = hub.watched.setdefault(place, closure.learnt_at)
    if now - since <= timedelta(minutes=connection.settings.alerts.overrun_minutes):
        return {}
    return {
        "": f"{company} should be open, but answers since {since:%Y-%m-%d %H:%M} UTC that it is closed: "
        f"{closure.reason}"
    }


def budget(connection: Connection, now: datetime) -> dict[str, str]:
    """Allowances of the company of which more than the configured part is used."""
    if connection.spending is None:
        return {}
    found: dict[str, str] = {}
    percent = connection.settings.alerts.budget_percent
    for allowance in connection.company.budget():
        left = connection.spending.left(allowance, connection.company, now)
        used = allowance.ours - left
        if used * 100 >= allowance.ours * percent:
            subject = f"{allowance.measure.value} per {int(allowance.per.total_seconds())} s"
            found[subject] = f"more than {percent} % of {allowance.words} is used; {beyond(allowance)}"
    return found


def credential(connection: Connection, now: datetime) -> dict[str, str]:
    """A sign-in or consent that is missing or ends soon. Looked at anew each time: a new one ends the alert."""
    entrance = connection.company.entrance
    if entrance is None:
        return {}
    warning = entrance.warning()
    if warning is not None:
        return {connection.settings.company: warning}
    end = entrance.ends_at()
    if end is None or end - now > timedelta(days=connection.settings.alerts.credential_days):
        return {}
    company = connection.settings.company
    return {
        company: (
            f"the sign-in to {company} ends on {end:%Y-%m-%d}: `tidegate sign-in {company}` before then"
        )
    }


def not_compared(connection: Connection, now: datetime) -> dict[str, str]:
    """A reconciliation that is due and could not ask everybody, for too long."""
    rule = connection.settings.reconcile
    written = marks.read(uncompared_since(connection.name))
    if written is None or not (rule.every or rule.cron):
        return {}
    since, _, why = written.partition(" ")
    due = datetime.fromisoformat(since)
    if now - due <= timedelta(hours=connection.settings.alerts.not_compared_hours):
        return {}
    return {
        "": f"the reconciliation due at {due:%Y-%m-%d %H:%M} UTC has not run: "
        f"{why or 'the company was closed or halted'}"
    }


def uncompared_since(connection: str) -> str:
    """The mark that keeps since when a reconciliation is due, and why the last one did not compare everything."""
    return f"uncompared:{connection}"
