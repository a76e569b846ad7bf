"""Checks of `[connections.NAME.flows.FLOW]`: which flows run, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from tidegate.config.model import Flow
from tidegate.config.problem import Report, joined, suggestion
from tidegate.config.store_rules import check_range
from tidegate.domain.cadence import Cadence, parse_every

FLOWS = (
    "orders",
    "order-status",
    "shipments",
    "inventory",
    "prices",
    "customers",
    "registrations",
    "products",
    "invoices",
    "payments",
    "credits",
)
_HASTY = timedelta(minutes=1)


def check(flows: Mapping[str, Flow], key: str, report: Report) -> None:
    """Check the flows of one connection."""
    hasty = [name for name, flow in flows.items() if _is_hasty(flow)]
    if hasty:  # one warning, however many there are
        first = f"{joined(key, hasty[0])}.every"
        more = f" (and {', '.join(hasty[1:])})" if hasty[1:] else ""
        report.warning(first, f'"{flows[hasty[0]].every}"{more}', "Sage is made for batches; 15m is usual")
    for name, flow in flows.items():
        path = joined(key, name)
        if name not in FLOWS:
            report.problem(path, f'unknown flow "{name}"', suggestion(name, FLOWS))
        _check_flow(flow, path, report)
    if not any(name in FLOWS and flow.enabled for name, flow in flows.items()):
        report.warning(
            key, "no flow is enabled", (f'nothing would run; add e.g. [{key}.orders] with every = "15m"')
        )


def _check_flow(flow: Flow, key: str, report: Report) -> None:
    if flow.every and flow.cron:
        report.problem(key, "both every and cron", "keep one of the two")
    elif not flow.every and not flow.cron and flow.enabled:
        remedy = 'say when it runs: every = "15m", or cron = "*/15 6-20 * * *"'
        report.problem(key, "neither every nor cron", remedy)
    if flow.every:
        check_every(flow.every, f"{key}.every", report)
    if flow.cron:
        problem = cron_problem(flow.cron)
        if problem:
            remedy = 'write five fields: minute hour day month weekday, e.g. "*/15 6-20 * * MON-FRI"'
            report.problem(f"{key}.cron", f'the text "{flow.cron}" ({problem})', remedy)
    check_range(flow.batch, 1, 500, f"{key}.batch", report)


def _is_hasty(flow: Flow) -> bool:
    try:
        return bool(flow.every) and parse_every(flow.every) < _HASTY
    except ValueError:  # reported on its own
        return False


def check_every(text: str, key: str, report: Report) -> bool:
    """Whether `text` is a duration such as 15m."""
    try:
        parse_every(text)
    except ValueError:
        remedy = "allowed is a whole number above 0 and s, m, h or d, such as 30s, 15m, 4h, 1d"
        report.problem(key, f'the text "{text}"', remedy)
        return False
    return True


def cron_problem(text: str) -> str:
    """Why `text` is no cron line of five fields; "" when it is one."""
    if len(text.split()) != 5:
        return f"{len(text.split())} fields"
    try:
        Cadence(cron=text)
    except ValueError as error:
        return str(error)
    return ""
