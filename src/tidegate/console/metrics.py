"""`/metrics` for Prometheus, by the token `[api] metrics_token`. Labels are connections, flows and codes: no order.

Everything is read from the ledger when it is asked for; nothing is counted in this process, so that two hubs and a
restart say the same.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.registry import Collector

from tidegate.console.answers import bearer, gate_of, hub_of, later, problem
from tidegate.console.gate import MOST_FAILED
from tidegate.engine import alert_report, reports
from tidegate.engine.hub import Hub
from tidegate.ledger import daily

STATES = ("confirmed", "waiting", "in_doubt", "handed_over", "review", "held", "cancelled", "skipped")


@login_not_required
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The page that Prometheus reads."""
    hub = hub_of(request)
    if not hub.metrics_token:
        return problem(404, "not-found", "metrics are off: set [api] metrics_token")
    gate = gate_of(request)
    wait = gate.wait("metrics", MOST_FAILED, counted=False)
    if wait:
        return later(429, wait, "too many wrong tokens")
    if not hmac.compare_digest(bearer(request).encode(), hub.metrics_token.encode()):
        gate.wait("metrics", MOST_FAILED)
        return problem(401, "not-authenticated", "send the token: Authorization: Bearer ...")
    registry = CollectorRegistry(auto_describe=False)
    registry.register(LedgerCollector(hub))
    response = HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    response["Cache-Control"] = "no-store"
    return response


class LedgerCollector(Collector):
    """One reading of the ledger as metrics."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Every family."""
        now = self.hub.clock.now()
        status = reports.status(self.hub.configuration, now)
        connections = status["connections"]
        yield from depths(connections)
        yield from ages(connections, now)
        yield from cycles(connections)
        yield from companies(self.hub, connections)
        yield from of_messages(now)


def depths(connections: dict[str, Any]) -> Iterator[GaugeMetricFamily]:
    """How many records stand where, and whether the account adds up."""
    records = gauge("tidegate_records", "Records of a flow by state.", "connection", "flow", "state")
    unexplained = gauge(
        "tidegate_unexplained", "Records that are in no state; must be 0.", "connection", "flow"
    )
    parcels = gauge("tidegate_parcels_open", "Parcels whose result is not known.", "connection")
    for name, connection in connections.items():
        parcels.add_metric([name], len(connection["parcels"]))
        for flow, each in connection["flows"].items():
            unexplained.add_metric([name, flow], each["account"]["unexplained"])
            for state in STATES:
                records.add_metric([name, flow, state], each["account"][state])
    return iter((records, unexplained, parcels))


def ages(connections: dict[str, Any], now: datetime) -> Iterator[GaugeMetricFamily]:
    """How long the oldest open record of each flow waits; 0 when none does."""
    oldest = gauge(
        "tidegate_oldest_seconds", "Age of the oldest open record of a flow.", "connection", "flow"
    )
    for name, connection in connections.items():
        for flow in connection["flows"]:
            since = daily.oldest_of_flow(name, flow)
            oldest.add_metric([name, flow], 0 if since is None else (now - since).total_seconds())
    yield oldest


def cycles(connections: dict[str, Any]) -> Iterator[GaugeMetricFamily]:
    """When cycles ran and are due, halts and windows."""
    last = gauge(
        "tidegate_last_cycle_timestamp_seconds", "When a flow's cycle began last.", "connection", "flow"
    )
    due = gauge(
        "tidegate_next_cycle_timestamp_seconds", "When a flow's next cycle is due.", "connection", "flow"
    )
    early = gauge(
        "tidegate_cycles_ended_early",
        "Cycles in a row that ended before they were through.",
        "connection",
        "flow",
    )
    halted = gauge("tidegate_halted", "1 while a connection is halted.", "connection")
    is_open = gauge("tidegate_window_open", "1 while the company may be called.", "connection")
    for name, connection in connections.items():
        halted.add_metric([name], int(connection["halted"] is not None))
        window = connection["window"]
        if window is not None:
            is_open.add_metric([name], int(window["open"]))
        for flow, each in connection["flows"].items():
            early.add_metric([name, flow], each["ended_early"])
            for family, instant in ((last, each["last_cycle"]), (due, each["next_cycle"])):
                if instant:
                    family.add_metric([name, flow], datetime.fromisoformat(instant).timestamp())
    return iter((last, due, early, halted, is_open))


def companies(hub: Hub, connections: dict[str, Any]) -> Iterator[GaugeMetricFamily]:
    """Calls, budgets and seats, once for each company."""
    used = gauge(
        "tidegate_used_in_a_day", "What all processes used of a company in a day.", "company", "measure"
    )
    budget = gauge("tidegate_budget", "What a company's product allows.", "company", "measure", "seconds")
    spent = gauge("tidegate_budget_used", "What is used of it.", "company", "measure", "seconds")
    seats = gauge("tidegate_seats", "Seats that may be taken.", "company")
    taken = gauge("tidegate_seats_in_use", "Seats that are taken.", "company")
    seen: set[str] = set()
    for connection in connections.values():
        company = connection["company"]
        if company is None or company in seen:
            continue
        seen.add(company)
        for measure, count in (connection["used"] or {}).items():
            used.add_metric([company, measure], count)
        for each in connection["budget"]:
            labels = [company, each["measure"], str(each["per_seconds"])]
            budget.add_metric(labels, each["amount"])
            spent.add_metric(labels, each["used"])
        if connection["seats"] is not None:
            seats.add_metric([company], connection["seats"]["limit"])
            taken.add_metric([company], connection["seats"]["in_use"])
    return iter((used, budget, spent, seats, taken))


def of_messages(now: datetime) -> Iterator[GaugeMetricFamily]:
    """Open alerts, and messages that do not arrive."""
    report = alert_report.alert_list(now)
    counted: dict[tuple[str, str, str], int] = {}
    for each in report["alerts"]:
        place = each["connection"], each["code"], each["severity"]
        counted[place] = counted.get(place, 0) + 1
    alerts = gauge("tidegate_alerts", "Open alerts.", "connection", "code", "severity")
    for labels, count in counted.items():
        alerts.add_metric(list(labels), count)
    undelivered = gauge("tidegate_messages_undelivered", "Messages to a target that failed.", "target")
    failing: dict[str, int] = {}
    for each in report["undelivered"]:
        failing[each["target"]] = failing.get(each["target"], 0) + 1
    for target, count in failing.items():
        undelivered.add_metric([target], count)
    return iter((alerts, undelivered))


def gauge(name: str, text: str, *labels: str) -> GaugeMetricFamily:
    """A family without values yet."""
    return GaugeMetricFamily(name, text, labels=labels)
