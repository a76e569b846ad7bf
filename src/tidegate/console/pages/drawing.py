"""Server-made SVG: figures become coordinates here, templates draw them. No script, no `style=`."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from tidegate.engine.tides import Tide

#: Units of the drawing's width; the browser scales it.
WIDTH = 960.0
#: How near two ticks may stand before they are one.
NEAREST = 5.0


def day(tide: Tide, now: datetime) -> dict[str, Any]:
    """One band: closed hours, runs behind, cycles ahead, now."""
    whole = (tide.end - tide.start).total_seconds()

    def x(at: datetime) -> float:
        return round(max(0.0, min(WIDTH, (at - tide.start).total_seconds() / whole * WIDTH)), 1)

    def stretch(start: datetime, end: datetime) -> dict[str, float]:
        return {"x": x(start), "width": max(1.5, round(x(end) - x(start), 1))}

    return {
        "closed": [
            {**stretch(each.start, each.end), "reason": each.reason, "from": each.start, "to": each.end}
            for each in tide.closed
        ],
        "learnt": {**stretch(tide.learnt.start, tide.learnt.end), "reason": tide.learnt.reason}
        if tide.learnt
        else None,
        "runs": thinned(
            [{"x": x(run.started_at), "tone": tone(run.outcome), "sent": run.sent} for run in tide.runs]
        ),
        "due": thinned([{"x": x(each.at), "tone": "due"} for each in tide.due]),
        "now": x(now),
        "hours": [{"x": x(at), "at": at} for at in hours(tide.start, tide.end)],
        "width": WIDTH,
        "ran": len(tide.runs),
        "failed": sum(run.failed > 0 for run in tide.runs),
    }


def tone(outcome: str) -> str:
    """How a run is drawn: the worst colour wins where two stand on one spot."""
    return {"failed": "bad", "in doubt": "warn", "ended early": "warn", "running": "calm"}.get(
        outcome, "good"
    )


def thinned(marks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One mark where several would cover each other; the worst of them is kept."""
    order = {"bad": 0, "warn": 1, "calm": 2, "good": 3, "due": 4}
    kept: list[dict[str, Any]] = []
    for mark in sorted(marks, key=lambda each: each["x"]):
        if kept and mark["x"] - kept[-1]["x"] < NEAREST:
            if order[mark["tone"]] < order[kept[-1]["tone"]]:
                kept[-1] = {**mark, "x": kept[-1]["x"]}
        else:
            kept.append(mark)
    return kept


def hours(start: datetime, end: datetime) -> list[datetime]:
    """Every sixth full hour between."""
    at = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    found = []
    while at <= end:
        if at.hour % 6 == 0:
            found.append(at)
        at += timedelta(hours=1)
    return found
