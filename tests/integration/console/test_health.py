"""`/health`, `/ready` and `/metrics`: what a monitor sees without a token, and what Prometheus reads with one."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import Client

from integration.flows.in_memory import MemoryStage, build_shop
from integration.flows.stage import CONNECTION
from tidegate.console.gate import MOST_FAILED
from tidegate.console.server import application
from tidegate.engine.price_answers import PriceDesk
from tidegate.ledger import alerts, database, halts, marks, presence
from tidegate.ledger.database import transaction
from tidegate.ledger.faults import LedgerGone

TOKEN = "5e3a9c0b7d214f86"


@pytest.fixture
def stage(tmp_path: Path, migrated: Path) -> Iterator[MemoryStage]:
    shutil.copyfile(migrated, tmp_path / "ledger.db")
    built = MemoryStage(build_shop(f"sqlite:///{tmp_path / 'ledger.db'}"))
    built.hub.metrics_token = TOKEN
    yield built
    built.hub.close()


def asked(stage: MemoryStage, path: str, token: str = "") -> tuple[int, str]:
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    answer = Client(application(stage.hub, PriceDesk(stage.hub))).get(path, headers=headers)
    return answer.status_code, answer.get_data(as_text=True)


def test_all_is_well(stage: MemoryStage) -> None:
    assert asked(stage, "/health") == (200, '{"status":"ok"}')
    assert asked(stage, "/ready") == (200, '{"status":"ok"}')


def test_a_halt_is_not_ready_and_says_no_more(stage: MemoryStage) -> None:
    with transaction("test"):
        halts.halt(CONNECTION, "the secret reason", "operator", stage.now, by="ann")
    assert asked(stage, "/health") == (200, '{"status":"ok"}')
    assert asked(stage, "/ready") == (503, '{"status":"not ok"}')


def test_a_critical_alert_is_not_ready_and_a_warning_is(stage: MemoryStage) -> None:
    with transaction("test"):
        alerts.raise_alert("totals-differ", CONNECTION, "1", "differ", stage.now)
    assert asked(stage, "/ready")[0] == 200
    with transaction("test"):
        alerts.raise_alert("fault", CONNECTION, "orders", "broken", stage.now)
    assert asked(stage, "/ready")[0] == 503


def test_a_hub_that_lost_its_ledger_is_not_healthy(stage: MemoryStage) -> None:
    with transaction("test"):
        stage.hub.start_number = presence.register(stage.now)
        marks.write(presence.STARTS, "0", stage.now)  # an older copy was put in its place
    assert asked(stage, "/health") == (503, '{"status":"not ok"}')
    stage.hub.start_number = 0
    stage.hub.ledger_gone = LedgerGone("gone")
    assert asked(stage, "/health")[0] == 503


def test_health_is_read_only(stage: MemoryStage) -> None:
    client = Client(application(stage.hub, PriceDesk(stage.hub)))
    assert client.post("/health").status_code == 405
    assert client.head("/health").status_code == 200


def test_metrics_want_their_token(stage: MemoryStage) -> None:
    assert asked(stage, "/metrics")[0] == 401
    assert asked(stage, "/metrics", "another")[0] == 401
    stage.hub.metrics_token = ""
    assert asked(stage, "/metrics", TOKEN)[0] == 404


def test_guessing_is_slowed_down(stage: MemoryStage) -> None:
    client = Client(application(stage.hub, PriceDesk(stage.hub)))
    codes = {
        client.get("/metrics", headers={"Authorization": f"Bearer {n}"}).status_code
        for n in range(MOST_FAILED)
    }
    assert codes == {401}
    assert client.get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).status_code == 429


def test_the_figures_are_the_ledgers(stage: MemoryStage) -> None:
    stage.orders(3)
    stage.cycle()
    with transaction("test"):
        alerts.raise_alert("totals-differ", CONNECTION, "000000001", "differ", stage.now)
        alerts.raise_alert("totals-differ", CONNECTION, "000000002", "differ", stage.now)
    stage.pass_time(timedelta(hours=1))
    status, text = asked(stage, "/metrics", TOKEN)
    assert status == 200
    found = {
        (sample.name, *(sample.labels[key] for key in sorted(sample.labels))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }
    assert found["tidegate_records", CONNECTION, "orders", "confirmed"] == 3
    assert found["tidegate_unexplained", CONNECTION, "orders"] == 0
    assert found["tidegate_oldest_seconds", CONNECTION, "orders"] == 0
    assert found["tidegate_oldest_seconds", CONNECTION, "order-status"] >= 3600
    assert found["tidegate_halted", CONNECTION] == 0
    assert found["tidegate_alerts", "totals-differ", CONNECTION, "warning"] == 2
    assert found["tidegate_used_in_a_day", "sage", "calls"] >= 0
    assert not re.search(r"00000000\d|magento:", text)  # no order in a label


def test_every_metric_is_on_the_page(stage: MemoryStage) -> None:
    page = (Path(__file__).parents[3] / "docs" / "http-api.md").read_text(encoding="utf-8")
    _, text = asked(stage, "/metrics", TOKEN)
    names = set(re.findall(r"(?m)^# TYPE (\w+)", text))
    assert names == set(re.findall(r"`(tidegate_\w+)`", page))
    database.close()
