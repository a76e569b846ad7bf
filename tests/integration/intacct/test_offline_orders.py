"""Orders that Intacct works on later, by the command line: handed over once, waited for, confirmed when they are there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from integration.intacct.hub import IntacctHub
from tidegate.ledger import database

POLICY = "tidegate"


@pytest.fixture
def hub(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[IntacctHub]:
    made = IntacctHub(tmp_path)
    text = made.config.read_text(encoding="utf-8")
    made.config.write_text(text.replace("settle_minutes", f'offline_policy = "{POLICY}"\nsettle_minutes'))
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    database.open_ledger(f"sqlite:///{tmp_path / 'tidegate.db'}")
    database.migrate()
    database.close()
    made.face.tenant.policies[POLICY] = ""
    made.face.options.offline_seconds = 10**7
    yield made
    database.close()
    made.close()


def test_orders_lie_with_the_company_until_it_has_made_them(hub: IntacctHub) -> None:
    placed = hub.shopper.place_orders(3, "guest", lines=(("HUB-0001", 1),))
    assert hub.cycle("orders")["handed_over"] == 3
    for _ in range(2):
        hub.cycle("orders")
    assert (len(hub.face.offline.jobs), len(hub.company.orders.table)) == (1, 0), (
        "one request, whatever is asked"
    )

    hub.face.offline.work_now()
    hub.pass_time(900)
    assert hub.cycle("orders")["confirmed"] == 3
    hub.cycle("orders")

    keys = sorted(one.external_key for one in hub.company.orders.table)
    assert keys == sorted(f"magento:main:{one}" for one in placed)
    assert hub.json("trace", "000000001")["orders"][0]["chain"]["missing"] != ["order"]
