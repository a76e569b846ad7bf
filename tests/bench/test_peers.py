"""What users would pick instead: what needs no package index runs here, the others in the campaign."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tidegate.bench import command
from tidegate.bench.figure import Figure
from tidegate.bench.peers import cron_beside, environment, settling

LOOP, *OTHERS = settling.PEERS


def test_the_bare_loop_settles_every_job(tmp_path: Path) -> None:
    found = settling.settled_by(LOOP, tmp_path / "loop", 20)
    assert found.jobs == 20
    assert found.seconds > 0
    assert found.cpu > 0


def test_the_cron_script_carries_orders_on_a_quiet_day(tmp_path: Path) -> None:
    day = cron_beside.cron_day(tmp_path, 4)
    # the page of orders, then a comment each; account and warehouse, then each product and the order
    assert day.shop_calls == (1 + 4) / 4
    assert day.sage_calls > 2
    assert day.seat_seconds == day.sage_calls * cron_beside.SERVICE_TIME


def test_under_the_same_faults_the_script_doubles_orders_and_the_hub_does_not(tmp_path: Path) -> None:
    script, hub = (
        in_trouble(tmp_path, rounds=3)
        for in_trouble in (cron_beside.cron_in_trouble, cron_beside.hub_in_trouble)
    )
    assert script.sold == hub.sold == 3 * cron_beside.A_ROUND
    assert script.injected > 0
    assert hub.injected > 0
    assert script.lost + script.doubled > 0
    assert (hub.lost, hub.doubled) == (0, 0)


@pytest.mark.usefixtures("durable")
def test_a_package_that_cannot_be_installed_is_named_and_the_others_are_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def refused(command: list[str], **_more: Any) -> Any:
        return subprocess.CompletedProcess(command, 1, "", "error: no route to host")

    monkeypatch.setattr(settling, "PEERS", (LOOP, OTHERS[0]))
    monkeypatch.setattr(settling, "QUICK", 20)
    monkeypatch.setattr(
        environment, "made", lambda place, wanted: environment.installed(place, wanted, refused)
    )
    figures = {figure.name: figure for figure in settling.measure(tmp_path, quick=True)}

    said = capsys.readouterr().err
    assert "huey==" in said
    assert "is a package index within reach?" in said
    assert figures["peers-settle-sqlite-loop"].value > 0
    assert figures["peers-absent"].met is False


def test_only_the_peers_are_measured_and_drawn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    rates = {"peers-settle": "peers-settle-huey", "peers-cron": "peers-cron-lost"}

    def measured(name: str, **_more: Any) -> list[Figure]:
        return [Figure(rates[name], 5, "", "timed", name)]

    monkeypatch.setattr(command, "in_a_fresh_process", measured)
    picture = tmp_path / "peers.svg"
    assert (
        command.main(only=None, quick=True, sage="sage200", as_json=True, peers=True, plot=picture)
        == command.FINE
    )
    assert "peers-cron-lost" in capsys.readouterr().out
    assert "huey" in picture.read_text(encoding="utf-8")


@pytest.mark.campaign
@pytest.mark.parametrize("peer", OTHERS, ids=[peer.name for peer in OTHERS])
def test_each_package_in_an_environment_of_its_own(tmp_path: Path, peer: settling.Peer) -> None:
    try:
        found = settling.settled_by(peer, tmp_path / "peer", 20)
    except environment.NoPackages as error:
        pytest.skip(str(error))
    assert found.jobs == 20
    assert not (tmp_path / "peer" / "environment").exists()
