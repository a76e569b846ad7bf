"""The calls that every agent answers: health, drain, resume, sessions, metrics (contract of Sage 100, section 12.3)."""

from __future__ import annotations

from typing import Any

from tidegate_agent import CONTRACT, VERSION
from tidegate_agent.http_face import Asked, Reply, Route
from tidegate_agent.keeper import Keeper
from tidegate_agent.request import Body


def keeper_routes(keeper: Keeper[Any]) -> tuple[Route, ...]:
    """The routes over one agent."""
    calls = _Calls(keeper)
    return (
        Route("GET", "/v1/health", calls.health),
        Route("POST", "/v1/drain", calls.drain),
        Route("POST", "/v1/resume", calls.resume),
        Route("GET", "/v1/sessions", calls.sessions),
        Route("GET", "/metrics", calls.metrics),
    )


class _Calls:
    def __init__(self, keeper: Keeper[Any]) -> None:
        self._keeper = keeper

    def health(self, _asked: Asked) -> Reply:
        keeper = self._keeper  # it drops no session that is due: a drop that hangs takes ten seconds
        return Reply(
            {
                "agent": VERSION,
                "contract": CONTRACT,
                "backend": keeper.settings.backend.partition("@")[0],
                "state": keeper.state,
                "time": keeper.clock.now().astimezone(keeper.zone).isoformat(),
                "pool": keeper.pool.numbers(),
                "companies": keeper.companies(),
            }
        )

    def drain(self, asked: Asked) -> Reply:
        Body(asked.body).done()
        is_done = self._keeper.stop()
        pool = self._keeper.pool
        return Reply(
            {
                "state": self._keeper.state,
                "sessions": pool.open_sessions,
                "done": is_done,
                "pool": pool.numbers(),
            }
        )

    def resume(self, asked: Asked) -> Reply:
        Body(asked.body).done()
        self._keeper.pool.resume()
        return Reply({"state": self._keeper.state})

    def sessions(self, _asked: Asked) -> Reply:
        return Reply({"sessions": self._keeper.pool.sessions(), "left": self._keeper.rows_left()})

    def metrics(self, _asked: Asked) -> Reply:
        keeper = self._keeper
        text = keeper.metrics.text(
            keeper.pool.numbers(),
            seat_seconds_total=round(keeper.pool.totals.seconds, 1),
            journal_open=len(keeper.journal.open_entries()),
        )
        return Reply(text, "text/plain; version=0.0.4")
