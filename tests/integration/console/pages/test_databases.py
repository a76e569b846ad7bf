"""The console's tables come to a ledger that had none, and lie in PostgreSQL as in SQLite."""

from __future__ import annotations

from pathlib import Path

from integration.flows.in_memory import MemoryStage, build_shop
from integration.ledger.conftest import postgresql as postgresql
from tidegate.config.console import Console, OpenId
from tidegate.console import accounts, installed
from tidegate.console.models import Change
from tidegate.console.roles import Role, rights_of
from tidegate.domain.states import State
from tidegate.engine import mappings
from tidegate.ledger import database
from tidegate.ledger import mappings as kept


def test_a_ledger_of_a_hub_without_a_console_goes_on(tmp_path: Path) -> None:
    installed.uninstall()
    try:
        stage = MemoryStage(build_shop(f"sqlite:///{tmp_path / 'ledger.db'}"))
        stage.shopper.place_orders(1, "guest")
        stage.cycle()
        stage.hub.close()
    finally:
        installed.install()
    database.open_ledger(f"sqlite:///{tmp_path / 'ledger.db'}")
    assert database.needs_migration()
    stage.hub = stage.started(stage.world.open_hub())
    assert not database.needs_migration()
    assert stage.states([1]) == {State.CONFIRMED}
    accounts.add("anna", [Role.VIEWER], [], now=stage.now, actor="test")
    stage.hub.close()


def test_everything_lies_in_postgresql_as_well(postgresql: str) -> None:
    database.open_ledger(postgresql, durability="off")
    database.ensure_ready()
    stage = MemoryStage(build_shop(postgresql))
    try:
        user = accounts.add("anna", [Role.OPERATOR], ["web"], now=stage.now, actor="test", password="x" * 12)
        assert rights_of(user).granted
        mappings.change(stage.connection, "skus", "HUB-1", {"code": "H1"}, by="anna", now=stage.now)
        assert [each.name for each in kept.history("web")] == ["HUB-1"]
        token = accounts.invite(user, stage.now)
        invitation = accounts.invited(token, stage.now)
        assert invitation is not None
        assert Change.objects.filter(act="user added").exists()
    finally:
        stage.hub.close()
        database.close()


def test_the_policy_lets_a_form_lead_to_the_provider_alone() -> None:
    openid = OpenId(server_url="https://login.example/realms/main", client_id="t", client_secret="s")
    allowed = installed.policy(Console(openid=openid))["DIRECTIVES"]["form-action"]
    assert allowed == ["'self'", "https://login.example"]
    assert installed.policy(Console())["DIRECTIVES"]["form-action"] == ["'self'"]
    assert installed.providers(Console(openid=openid), "t", "") == {}
    (app,) = installed.providers(Console(openid=openid), "t", "s")["openid_connect"]["APPS"]
    assert app["settings"]["server_url"] == openid.server_url
