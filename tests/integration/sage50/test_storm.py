"""Five hundred notifications of one file: each is answered at once, and together they are one cycle of each flow."""

from __future__ import annotations

from integration.sage50.hub import Sage50Hub
from tidegate.engine import bell
from tidegate.engine.cycles import run_cycle
from tidegate.ledger import hastened
from tidegate.sage.port.doorbell import Ring

READERS = ("inventory", "prices", "products")


def test_a_storm_of_notifications_is_one_cycle_of_each_flow(hub: Sage50Hub) -> None:
    hub.calls.clear()
    hub.sim("notify", {"scope": "products", "times": 500})
    assert len(hub.calls) == 500
    with hub.invocation().hub() as opened:
        connection = opened.connections["web"]
        heard = [
            bell.hear(
                opened,
                "tienda",
                Ring(
                    "POST",
                    call.url.path,
                    {name.lower(): value for name, value in call.headers.items()},
                    call.content,
                ),
            )
            for call in hub.calls
        ]
        assert {each.status for each in heard} == {200}
        assert set(hastened.hastened("web")) == set(READERS)
        before = len(hub.wire.requests_seen)
        for flow in READERS:
            run_cycle(opened, connection, flow)
        assert hastened.hastened("web") == {}
        files = [path for _, _, path, _ in hub.wire.requests_seen[before:] if "/f/" in path]
        assert len(files) == 1, "one file, downloaded once for all its readers"
