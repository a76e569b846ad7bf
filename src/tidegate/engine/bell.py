"""What a call-back sets going: a product's room or a shop's key says whether it is genuine, the ledger keeps what to
hasten."""

from __future__ import annotations

from collections.abc import Iterable

import structlog

from tidegate.engine.hub import Hub
from tidegate.ledger import hastened
from tidegate.ledger.database import transaction
from tidegate.redaction import redact
from tidegate.sage.port.doorbell import Heard, Ring, unproven

log = structlog.get_logger()

#: What a shop's hook hastens: the flow that reads orders, and what became of them.
READ_AT_ONCE = frozenset({"orders"})
NOBODY = Heard(404, note="no company with call-backs has this name")


def hear(hub: Hub, company: str, ring: Ring) -> Heard:
    """Let the company's room check a call-back; flows that it hastens are due at once, in every connection."""
    known = hub.companies.get(company)
    if known is None or known.doorbell is None:
        return NOBODY
    heard = known.doorbell.ring(ring)
    if heard.hasten:
        names = [name for name, each in hub.connections.items() if each.settings.company == company]
        _hasten(hub, names, heard.hasten)
    if heard.status < 400:
        log.info("call-back", company=company, hastens=sorted(heard.hasten), note=redact(heard.note))
    return heard


def hear_store(hub: Hub, store: str, ring: Ring) -> Heard:
    """A shop says that something has changed: with a genuine signature its orders are read at once, and no more."""
    keys = hub.hooks.get(store)
    if not keys:
        return Heard(404, note="no store with hooks has this name")
    if not keys.verify(ring.headers, ring.body):
        return unproven("the signature is not the shop's")
    names = [name for name, each in hub.connections.items() if each.settings.store == store]
    _hasten(hub, names, READ_AT_ONCE)
    log.info("hook", store=store, hastens=sorted(READ_AT_ONCE))
    return Heard(200, READ_AT_ONCE)


def _hasten(hub: Hub, connections: Iterable[str], flows: frozenset[str]) -> None:
    now = hub.clock.now()
    with transaction("hasten"):
        for name in connections:
            rules = hub.connections[name].settings.flows
            hastened.hasten(name, {flow for flow in flows if flow in rules and rules[flow].enabled}, now)
