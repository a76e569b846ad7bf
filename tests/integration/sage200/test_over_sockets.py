"""The room over real sockets: kept connections, broken ones, timeouts."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from conformance.sage200_stand import PATHS, Sage200Stand
from tidegate.conformance.stand import accepted, failed, find, make_order, prepared, send
from tidegate.domain.errors import Code
from tidegate.sage.port.session import Purpose
from tidegate_sandbox.server import SandboxServer


@pytest.fixture
def stand() -> Iterator[Sage200Stand]:
    built = Sage200Stand()
    yield built
    built.close()


@pytest.fixture
def served(stand: Sage200Stand) -> Iterator[tuple[Sage200Stand, SandboxServer]]:
    with SandboxServer(stand.wire) as server:
        stand.reopen(
            sockets=True, base_url=server.url + PATHS["standard"], sign_in_url=server.url, timeout=1.0
        )
        yield stand, server


def test_the_same_over_sockets(served: tuple[Sage200Stand, SandboxServer]) -> None:
    stand, _ = served
    order = make_order(stand, 213)
    with stand.company.session(Purpose.WRITING) as session:
        assert find(session, order) == []
        sent = accepted(send(session, order))
        assert [one.number for one in find(session, order)] == [sent.number]
        accepted(session.cancelling.cancel(sent.id, sent.number))

    [clock] = [one for one in stand.company.examine() if one.subject == "clock"]
    assert "differ" in clock.text, "the real server dates its answers by the machine's clock"


@pytest.mark.parametrize("kind", ["drop_after", "drop_before", "cut_body"])
def test_a_real_connection_that_breaks_is_in_doubt(
    served: tuple[Sage200Stand, SandboxServer], kind: str
) -> None:
    stand, _ = served
    order = make_order(stand, 213)
    with stand.company.session(Purpose.WRITING) as session:
        ready = prepared(session, order)
        stand.inject(kind, "send")
        [(_, outcome)] = session.orders.send([ready])
        failure = failed(outcome)
        assert (failure.code, failure.sent) == (Code.NO_ANSWER, True)
        assert len(find(session, order)) == (0 if kind == "drop_before" else 1)


def test_a_real_timeout_is_in_doubt(served: tuple[Sage200Stand, SandboxServer]) -> None:
    stand, _ = served
    order = make_order(stand, 213)
    with stand.company.session(Purpose.WRITING) as session:
        ready = prepared(session, order)
        stand.inject("slow", "send", seconds=3, effect="now")
        [(_, outcome)] = session.orders.send([ready])
        assert failed(outcome).code is Code.NO_ANSWER
        assert [one.ours for one in find(session, order)] == [True]


def test_a_server_that_is_gone_had_no_effect(served: tuple[Sage200Stand, SandboxServer]) -> None:
    stand, server = served
    with stand.company.session(Purpose.WRITING) as session:
        ready = prepared(session, make_order(stand, 213))
        server.stop()
        [(_, outcome)] = session.orders.send([ready])
        first = failed(outcome)
        [(_, outcome)] = session.orders.send([ready])
        second = failed(outcome)

    # The kept connection may only be found dead once something was written into it.
    assert first.code in (Code.NO_ANSWER, Code.UNREACHABLE)
    assert (second.code, second.sent) == (Code.UNREACHABLE, False)
