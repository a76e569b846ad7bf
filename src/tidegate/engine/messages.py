"""The outbox at work: plan what is to be said, and say it beside the cycles, which never wait for it.

Planning and the digests are done by the hub's main thread; addresses are called by a thread of their own.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog

from tidegate.engine.hub import Hub
from tidegate.ledger import alerts, database, lease, notifications
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LedgerError
from tidegate.ledger.notifications import DIGEST, Notice
from tidegate.notify import carrier, digest_html, digest_text, planning, wording
from tidegate.notify.carrier import Message
from tidegate.notify.planning import FAILED

log = structlog.get_logger()

#: How often is looked, and minutes after which a failed message is tried again: at last every hour.
PAUSE = timedelta(seconds=20)
AGAIN = (1, 5, 15, 60)
#: Failures in a row after which the target itself is an alert.
MOST_FAILURES = 3
#: Who sends holds this, so that two hubs over one ledger say nothing twice.
SCOPE, FLOW, SECONDS = "hub", "messages", 600

Send = Callable[[str, Message], str]


def look(hub: Hub, make_digests: Callable[[Hub, datetime], None]) -> None:
    """Plan what is new, make the digests that are due, and let what is due be sent."""
    now, rule = hub.clock.now(), hub.configuration.notify
    looked = hub.watched.get(FLOW)
    if looked is not None and timedelta(0) <= now - looked < PAUSE:
        return
    hub.watched[FLOW] = now
    make_digests(hub, now)
    if not rule.targets:
        return
    planning.plan(rule, now)
    if notifications.due(now, 1) and (hub.sender is None or not hub.sender.is_alive()):
        hub.sender = threading.Thread(target=deliver, args=(hub,), name="messages", daemon=True)
        hub.sender.start()


def deliver(hub: Hub) -> None:
    """A sender's thread: everything that is due, once."""
    try:
        send_due(hub)
    except LedgerError as error:
        log.debug("ledger", problem=str(error))
    except Exception:
        log.exception("messages")
    finally:
        database.close()


def send_due(hub: Hub, send: Send = carrier.send) -> int:
    """Send what is due: one message for all alerts of a target, one for each digest. Returns how many arrived."""
    now = hub.clock.now()
    with transaction("messages"):
        held = lease.acquire(SCOPE, FLOW, hub.holder, SECONDS, now, again=True)
    if held is None:
        return 0  # another hub is at it
    arrived = 0
    try:
        for target, notices in grouped(notifications.due(now)):
            address = hub.addresses.get(target, "")
            error = (
                send(address, message(hub, notices)) if address else ("the target is no longer configured")
            )
            note(hub, target, notices, error)
            arrived += not error
    finally:
        with transaction("messages"):
            lease.release(held, hub.clock.now())
    return arrived


def grouped(due: Sequence[Notice]) -> list[tuple[str, list[Notice]]]:
    """What makes one message each: the alerts of one target, and every digest."""
    found: dict[tuple[str, int], list[Notice]] = {}
    for notice in due:
        found.setdefault((notice.target, notice.id if notice.kind == DIGEST else 0), []).append(notice)
    return [(target, notices) for (target, _), notices in found.items()]


def message(hub: Hub, notices: Sequence[Notice]) -> Message:
    """What is said."""
    link = hub.configuration.notify.link
    if notices[0].kind == DIGEST:
        return digest_message(msgspec.json.decode(notices[0].document), link)
    return wording.about_alerts(notices, link)


def send_digests(
    hub: Hub, documents: Sequence[dict[str, Any]], send: Send = carrier.send
) -> list[dict[str, str]]:
    """Send these digests now, whatever was sent today; the targets that did not take one, with the reason."""
    rule, refused = hub.configuration.notify, []
    for document in documents:
        for target in planning.for_digests(rule.targets, document["connection"]):
            error = send(hub.addresses[target], digest_message(document, rule.link))
            if error:
                refused.append({"target": target, "connection": document["connection"], "error": error})
    return refused


def digest_message(digest: dict[str, Any], link: str) -> Message:
    """A digest as text and as HTML."""
    return Message(digest_text.title(digest), digest_text.text(digest, link), digest_html.page(digest, link))


def note(hub: Hub, target: str, notices: Sequence[Notice], error: str) -> None:
    """Record what became of one message; a target that takes nothing is an alert for the others."""
    now, ids = hub.clock.now(), [each.id for each in notices]
    if not error:
        log.info("message sent", target=target, about=len(ids))
        with transaction("messages"):
            notifications.sent(ids, now)
            alerts.clear_alert(FAILED, "", target, now)
        return
    log.warning("message failed", target=target, about=len(ids), problem=error)
    tries = max(each.tries for each in notices) + 1
    due = now + timedelta(minutes=AGAIN[min(tries, len(AGAIN)) - 1])
    with transaction("messages"):
        notifications.failed(ids, error, due, now)
        if tries >= MOST_FAILURES:
            text = (
                f"messages to the target {target} of [notify] do not arrive: {error}. Correct the "
                "target, then `tidegate alerts test`"
            )
            alerts.raise_alert(FAILED, "", target, text, now)


def send_test(
    addresses: dict[str, str], now: datetime, *, link: str = "", send: Send = carrier.send
) -> dict[str, str]:
    """Send a test to each target: target -> "" when it was taken, else why not. The button does the same."""
    text = f"This is a test of Tidegate, {wording.stamp(now)}. Alerts of this target arrive here.\n{link}\n"
    return {name: send(url, Message(f"Tidegate: test of {name}", text)) for name, url in addresses.items()}
