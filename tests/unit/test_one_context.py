"""What all clients of a process share: opening one more costs neither a TLS context nor its certificates."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest

from tidegate import trust
from tidegate.transport import ClientFactory, HttpClient
from tidegate.trust import Trust

CLIENTS = 50
OWN = "authority.pem"


@pytest.fixture
def contexts(monkeypatch: pytest.MonkeyPatch) -> list[ssl.SSLContext]:
    """Every context that is made from certificates, by whichever way."""
    made: list[ssl.SSLContext] = []

    def kept(make: Any) -> Any:
        def counted(*given: Any, **named: Any) -> ssl.SSLContext:
            context: ssl.SSLContext = make(*given, **named)
            made.append(context)
            return context

        return counted

    bare = ssl.create_default_context
    monkeypatch.setattr(
        trust.httpx, "create_ssl_context", kept(lambda **_: ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT))
    )
    monkeypatch.setattr(ssl, "create_default_context", kept(lambda **_: bare()))
    for each in (trust._public, trust._own):
        each.cache_clear()
    return made


def opened(believed: Trust) -> list[HttpClient]:
    clients = [
        ClientFactory().client(f"https://{number}.example", timeout=30, max_bytes=1, trust=believed)
        for number in range(CLIENTS)
    ]
    for client in clients:
        client.close()
    return clients


def test_one_context_serves_every_client(contexts: list[ssl.SSLContext]) -> None:
    opened(Trust())
    assert len(contexts) == 1


def test_and_one_serves_all_that_trust_the_same_authority(
    contexts: list[ssl.SSLContext], tmp_path: Path
) -> None:
    authority = tmp_path / OWN
    authority.write_text("certificates", encoding="ascii")
    believed = Trust(ca_file=str(authority))
    opened(believed)
    assert len(contexts) == 1
    authority.write_text("other certificates", encoding="ascii")
    opened(believed)
    assert len(contexts) == 2, "a new authority is believed without a restart"


def test_a_context_for_each_client_is_noticed(
    contexts: list[ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The deliberate bug, which stood here: 70 ms and 2 MB a connection."""
    monkeypatch.setattr(trust, "_public", trust._public.__wrapped__)
    opened(Trust())
    assert len(contexts) == CLIENTS
