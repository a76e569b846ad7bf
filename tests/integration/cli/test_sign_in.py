"""`sign-in`: a person opens the company in the browser."""

from __future__ import annotations

import shutil
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from integration.cli.terminal import Terminal
from tidegate.ledger import database, halts

REDIRECT = "https://hub.example/oauth/callback"


@pytest.fixture
def remote(fresh: Terminal, migrated: Path) -> Terminal:
    """A hub on a server without a browser: Sage sends the browser to a web address."""
    shutil.copyfile(migrated, fresh.config.parent / "tidegate.db")
    client_id = 'client_id = "env:SAGE_CLIENT_ID"'
    fresh.write_config(text={client_id: f'{client_id}\nredirect_url = "{REDIRECT}"'})
    return fresh


def browse(terminal: Terminal, url: str) -> str:
    """Open the address and sign in; where the browser ends."""
    with httpx.Client(transport=terminal.world.transport) as browser:
        answer = browser.get(url)
    assert answer.status_code == 302, answer.text
    return answer.headers["location"]


def test_in_two_steps(remote: Terminal) -> None:
    shown = remote.json("sign-in", "sage")
    assert not shown["signed_in"]
    address = browse(remote, shown["url"])
    done = remote.json("sign-in", "sage", "--code", address)
    assert (done["signed_in"], done["ends_at"]) == (True, "2026-06-21T13:00:00Z")
    remote.sell(1)
    assert remote.cycle()["confirmed"] == 1


def test_the_bare_code_will_do(remote: Terminal) -> None:
    address = browse(remote, remote.json("sign-in", "sage")["url"])
    (code,) = parse_qs(urlsplit(address).query)["code"]
    assert (
        "signed in to sage; it lasts until 2026-06-21" in remote.run("sign-in", "sage", "--code", code).stdout
    )


def test_the_printed_address(remote: Terminal) -> None:
    shown = remote.run("sign-in", "sage").stdout
    assert "https://sage200.sandbox/authorize?" in shown
    assert 'tidegate sign-in sage --code "ADDRESS"' in shown


def test_it_lifts_the_halt_that_it_ends_and_no_other(remote: Terminal) -> None:
    remote.sell(1)
    remote.json("cycle", "orders", "--now", code=1)
    assert remote.json("status", code=1)["connections"]["web"]["halted"]["code"] == "sign-in-expired"
    address = browse(remote, remote.json("sign-in", "sage")["url"])
    assert remote.json("sign-in", "sage", "--code", address, "--by", "ann")["lifted"] == ["web"]
    assert remote.json("alerts")["alerts"] == []
    with remote.world.open_hub():
        assert halts.history("web")[0].lifted_by == "ann"
    database.close()
    remote.run("halt", "web", "--reason", "stocktaking")
    address = browse(remote, remote.json("sign-in", "sage")["url"])
    assert remote.json("sign-in", "sage", "--code", address)["lifted"] == []
    assert remote.json("status", code=1)["connections"]["web"]["halted"]["reason"] == "stocktaking"


def test_an_answer_to_another_sign_in_is_refused(remote: Terminal) -> None:
    first = browse(remote, remote.json("sign-in", "sage")["url"])
    remote.json("sign-in", "sage")
    assert "another sign-in" in remote.run("sign-in", "sage", "--code", first, code=1).stderr


def test_without_a_beginning_there_is_no_end(remote: Terminal) -> None:
    assert "no sign-in to sage was started" in remote.run("sign-in", "sage", "--code", "x", code=1).stderr
    address = browse(remote, remote.json("sign-in", "sage")["url"])
    remote.world.clock.advance(31 * 60)
    assert "begun too long ago" in remote.run("sign-in", "sage", "--code", address, code=1).stderr


def test_unknown_companies(remote: Terminal) -> None:
    assert "there is no company saeg" in remote.run("sign-in", "saeg", code=5).stderr


def test_what_is_under_way_lies_encrypted_in_the_ledger(remote: Terminal) -> None:
    url = remote.json("sign-in", "sage")["url"]
    (state,) = parse_qs(urlsplit(url).query)["state"]
    for file in remote.config.parent.glob("tidegate.db*"):
        assert state.encode() not in file.read_bytes()
