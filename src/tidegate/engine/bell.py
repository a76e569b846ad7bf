"""What a product's call-back sets going: the room says whether it is genuine, the ledger keeps what to hasten."""

from __future__ import annotations

import structlog

from tidegate.engine.hub import Hub
from tidegate.ledger import hastened
from tidegate.ledger.database import transaction
from tidegate.redaction import redact
from tidegate.sage.port.doorbell import Heard, Ring

log = structlog.get_logger()

NOBODY = Heard(404, note="no company with a doorbell has this name")


def hear(hub: Hub, company: str, ring: Ring) -> Heard:
    """Let the company's room check a call-back; flows that it hastens are due at once, in every connection."""
    known = hub.companies.get(company)
    if known is None or known.doorbell is None:
        return NOBODY
    heard = known.doorbell.ring(ring)
    if heard.hasten:
        _hasten(hub, company, heard.hasten)
    if heard.status < 400:
        log.info("call-back", company=company, hastens=sorted(heard.hasten), note=redact(heard.note))
    return heard


def _hasten(hub: Hub, company: str, flows: frozenset[str]) -> None:
    now = hub.clock.now()
    with transaction("hasten"):
        for name, connection in hub.connections.items():
            rules = connection.settings.flows
            if connection.settings.company == company:
                on = {flow for flow in flows if flow in rules and rules[flow].enabled}
                hastened.hasten(name, on, now)
