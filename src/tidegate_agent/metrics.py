"""Figures for Prometheus, in its text format. Names begin with ``tidegate_agent_``."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

HELP = {
    "seats": ("gauge", "Seats that the agent may take at once."),
    "sessions_in_use": ("gauge", "Sessions that work now."),
    "sessions_idle": ("gauge", "Sessions that wait for the next unit of work."),
    "leases_waiting": ("gauge", "Requests that wait for a seat."),
    "sessions_opened_total": ("counter", "Sessions opened."),
    "sessions_dropped_total": ("counter", "Sessions given back in the stated order."),
    "sessions_killed_total": ("counter", "Sessions ended together with their server process."),
    "sessions_leaked_total": ("counter", "Sessions that could not be dropped."),
    "seat_seconds_total": ("counter", "Seconds for which seats were held, of closed sessions."),
    "orders_total": ("counter", "Orders by outcome."),
    "requests_total": ("counter", "HTTP requests by route and status."),
    "journal_open": ("gauge", "Rows of the journal that are not settled."),
    "new_texts_total": ("counter", "Texts of Sage that no pattern knows."),
}


class Metrics:
    """Counters of the agent. Safe from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, tuple[tuple[str, str], ...]]] = Counter()

    def count(self, name: str, **labels: str) -> None:
        """One more."""
        with self._lock:
            self._counts[name, tuple(sorted(labels.items()))] += 1

    def value(self, name: str, **labels: str) -> int:
        """How many so far."""
        with self._lock:
            return self._counts[name, tuple(sorted(labels.items()))]

    def text(self, pool: dict[str, Any], **more: float) -> str:
        """All figures, in the text format of Prometheus."""
        gauges = {
            "seats": pool["seats"],
            "sessions_in_use": pool["in_use"],
            "sessions_idle": pool["idle"],
            "leases_waiting": pool["waiting"],
            "sessions_opened_total": pool["opened_total"],
            "sessions_dropped_total": pool["dropped_total"],
            "sessions_killed_total": pool["killed_total"],
            "sessions_leaked_total": pool["leaked_total"],
            **more,
        }
        with self._lock:
            counted = dict(self._counts)
        lines = []
        for name, (kind, text) in HELP.items():
            full = f"tidegate_agent_{name}"
            lines += [f"# HELP {full} {text}", f"# TYPE {full} {kind}"]
            if name in gauges:
                lines.append(f"{full} {gauges[name]}")
            for (counter, labels), value in sorted(counted.items()):
                if counter == name:
                    shown = ",".join(f'{key}="{_escaped(label)}"' for key, label in labels)
                    lines.append(f"{full}{{{shown}}} {value}" if shown else f"{full} {value}")
        return "\n".join(lines) + "\n"


def _escaped(label: str) -> str:
    return label.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
