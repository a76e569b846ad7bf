"""`init --sandbox` of each product: what it writes is complete, and `check` has nothing to object to."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import httpx
import pytest

from tidegate.cli.sandbox import MAGENTO, PORTS, build_magento, built, magento_contents
from tidegate.cli.sandbox_setup import sandbox_answers, write_secrets
from tidegate.clock import SystemClock
from tidegate.config import reading, template
from tidegate.engine.hub import Hub, Surroundings, open_hub
from tidegate.engine.preflight import preflight
from tidegate.sage.rooms import SETTINGS
from tidegate.simulation.products import SIMULATED
from tidegate.simulation.world import KEY
from tidegate.transport import ClientFactory
from tidegate_sandbox.inprocess import InProcessTransport


class Ports(httpx.BaseTransport):
    """This machine, by port."""

    def __init__(self, wires: dict[int, httpx.BaseTransport]) -> None:
        self._wires = wires

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Hand the request to the system at its port."""
        return self._wires[request.url.port or 80].handle_request(request)


def hub_of(sage: str, folder: Path, ledger: Path) -> tuple[Hub, tuple[object, ...]]:
    """A hub with what `init --sandbox` has written, over both systems; and the warnings of its configuration."""
    clock = SystemClock()
    answers = sandbox_answers(folder, clock.now(), None, sage)
    write_secrets(answers, KEY)
    shutil.copyfile(ledger, folder / "tidegate.db")
    path = folder / "tidegate.toml"
    path.write_text(template.render(answers), encoding="utf-8")
    loaded = reading.loads(path.read_text(encoding="utf-8"), path=path, environment={}, settings=SETTINGS)
    (_, shop), (face, company) = built(MAGENTO), built(sage)
    wires = {PORTS[MAGENTO]: InProcessTransport(shop), PORTS[sage]: InProcessTransport(company)}
    factory = ClientFactory(transport=Ports(wires))
    around = Surroundings(clock, factory, random.Random(0), "life", {}, "off")
    hub = open_hub(loaded.configuration, around)
    SIMULATED[sage].let_in(face, hub.vault, answers.company, clock.now())
    return hub, loaded.warnings


#: What is true until the product's own machine has run once.
FIRST = {"sage50": "Sage 50 has not sent its products yet: it sends them when it runs next"}
WITH_EVERY_CHANGE = ("x3", "sage300")


@pytest.mark.parametrize(
    "sage",
    [
        pytest.param(sage, marks=() if sage in WITH_EVERY_CHANGE else pytest.mark.campaign)
        for sage in SIMULATED
    ],
)
def test_check_is_green_after_it(sage: str, tmp_path: Path, migrated: Path) -> None:
    hub, warnings = hub_of(sage, tmp_path, migrated)
    with hub:
        lines = preflight(hub, warnings)
    assert [line.text for line in lines if line.verdict == "fail" and line.text != FIRST.get(sage)] == []
    assert len(lines) > 20


def test_more_orders_are_placed_in_the_shop_that_says_so() -> None:
    store, _ = build_magento(1)
    assert magento_contents(store, 8910)["more orders"] == "tidegate sandbox --place 3"
    assert magento_contents(store, 9430)["more orders"] == "tidegate sandbox --place 3 --port 9430"
