"""`tidegate connect` and `tidegate check` for Sage 50, as they are typed."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

from integration.sage50.hub import Sage50Hub
from tidegate.cli.every_command import app
from tidegate.redaction import HIDDEN


def test_a_connected_company_is_shown_as_such_and_a_new_passcode_can_be_asked_for(hub: Sage50Hub) -> None:
    assert "connected" in hub.run("connect", "tienda", "--no-listen").output
    shown = hub.json("connect", "tienda", "--again", "--no-listen")
    assert hub.face.platform.passcodes.newest().text == shown["passcode"]


def test_a_new_developer_is_shown_a_page(hub: Sage50Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SAGE_DEVELOPER_ID", "SAGE_APPLICATION_ID"):
        monkeypatch.setenv(name, "")
    text = hub.config.read_text(encoding="utf-8")
    for key in ("developer", "application"):
        text = text.replace(f'{key}_id = "env:SAGE_{key.upper()}_ID"', f'{key}_id = ""')
    text = text.replace(
        "[connections.web]", 'call_back_url = "https://hub.example/api/v1/bell/tienda"\n\n[connections.web]'
    )
    hub.config.write_text(text, encoding="utf-8")
    words = ("connect", "tienda", "--register", "dev@hub.example", "--name", "Dev", "--firm", "Hub SL")
    shown = hub.json(*words)
    assert "/registrations/" in shown["url"]
    assert "developer_id" in shown["then"]
    hub.http.post(shown["url"])
    assert hub.sim("mail")[-1]["to"] == "dev@hub.example"
    application = hub.face.platform.registry.application(*_ids(hub))
    assert application.approval_url.startswith("https://hub.example/api/v1/bell/tienda/")


def test_the_file_of_init_can_be_registered_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No reference stands where only the registration brings a value: every command would fail for want of it."""
    monkeypatch.chdir(tmp_path)
    made = CliRunner().invoke(
        app, ["init", "--answers", "product=sage50", "--answers", "store_url=https://shop.example"]
    )
    assert made.exit_code == 0, made.output
    assert "DEVELOPER_ID" not in made.output
    for name in ("ENCRYPTION_KEY", "UK_SECRET", "UK_CALL_BACK_TOKEN"):
        monkeypatch.setenv(f"TIDEGATE_{name}", Fernet.generate_key().decode())
    for name in ("CONSUMER_KEY", "CONSUMER_SECRET", "ACCESS_TOKEN", "ACCESS_TOKEN_SECRET"):
        monkeypatch.setenv(f"TIDEGATE_MAIN_{name}", "a-value-of-the-shop")
    asked = CliRunner().invoke(app, ["connect", "uk"])
    assert "`tidegate connect COMPANY --register EMAIL" in asked.stderr
    early = CliRunner().invoke(app, ["connect", "uk", "--register", "dev@hub.example"])
    assert "call_back_url and call_back_token are needed first" in early.stderr


def _ids(hub: Sage50Hub) -> tuple[str, str]:
    mail = hub.sim("mail")[-1]
    return mail["developerId"], mail["applicationId"]


def test_check_says_what_the_product_lacks_and_that_it_is_unproven(hub: Sage50Hub) -> None:
    text = hub.config.read_text(encoding="utf-8")
    text += '\n[connections.web.flows.shipments]\nevery = "15m"\n\n[connections.web.flows.invoices]\nevery = "15m"\n'
    hub.config.write_text(text, encoding="utf-8")
    found = str(hub.json("check", code=1))
    for said in (
        "does not offer shipments",
        "a simulator only",
        "sage50 does not offer despatches",
        "sage50 does not offer invoices",
        "the platform accepts the key",
    ):
        assert said in found, said
    assert HIDDEN not in found


def test_the_chain_ends_with_the_number_of_the_order(hub: Sage50Hub) -> None:
    hub.shopper.place_orders(1, "guest", lines=(("HUB-0001", 1),))
    [placed] = hub.shop.books()["orders"]
    hub.cycle("orders")
    hub.pass_time(16 * 60)
    hub.pass_time(60)
    hub.cycle("orders")
    hub.cycle("order-status")
    chain = hub.json("trace", placed["increment_id"])["orders"][0]["chain"]
    assert chain["missing"] == []
    assert len(chain["not_told"]) >= 2, "despatches and invoices: the product has none"
    [booked] = hub.sim("orders")
    assert booked["documentNumber"] in str(chain)
