from __future__ import annotations

import io
import json
import logging
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import structlog

from tidegate import log, redaction
from tidegate.clock import VirtualClock
from tidegate.redaction import HIDDEN, redact, remember_secret

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    yield
    structlog.reset_defaults()
    root.setLevel(level)
    root.handlers[:] = handlers


def lines(style: str = "json") -> tuple[io.StringIO, structlog.typing.FilteringBoundLogger]:
    stream = io.StringIO()
    log.set_up("json" if style == "json" else "text", clock=VirtualClock(NOON), stream=stream)
    return stream, structlog.get_logger()


def test_a_line_is_one_json_object_in_utc_by_the_clock_handed_in() -> None:
    stream, logger = lines()
    logger.info("cycle", connection="web", total=Decimal("1.10"))
    assert json.loads(stream.getvalue()) == {
        "event": "cycle",
        "level": "info",
        "timestamp": "2026-03-02T12:00:00.000000Z",
        "connection": "web",
        "total": "1.10",
    }


def test_secrets_are_taken_out_however_deep_they_lie() -> None:
    remember_secret("very-secret-9")
    stream, logger = lines()
    logger.info(
        "sent very-secret-9",
        headers={"Authorization": "Basic abc", "X": ["very-secret-9", 1]},
        access_token="short",
        tokens=3,
    )
    line = json.loads(stream.getvalue())
    assert line["event"] == f"sent {HIDDEN}"
    assert line["headers"] == {"Authorization": HIDDEN, "X": [HIDDEN, 1]}
    assert line["access_token"] == HIDDEN
    assert line["tokens"] == 3


def test_a_traceback_holds_no_secret() -> None:
    remember_secret("very-secret-9")
    stream, logger = lines()
    try:
        raise ValueError("password very-secret-9 refused")
    except ValueError:
        logger.exception("failed")
    text = stream.getvalue()
    assert "ValueError" in text
    assert "very-secret-9" not in text


def test_text_is_one_line_without_colours_into_a_file() -> None:
    stream, logger = lines("text")
    logger.warning("cycle", connection="web")
    assert stream.getvalue() == "2026-03-02T12:00:00.000000Z [warning] cycle connection=web\n"


def test_libraries_speak_through_the_same_processors_from_warning_on() -> None:
    remember_secret("very-secret-9")
    stream, _ = lines()
    logging.getLogger("httpx").info("GET https://shop.example/?token=very-secret-9")
    logging.getLogger("httpx").warning("slow: %s", "very-secret-9")
    (line,) = [json.loads(text) for text in stream.getvalue().splitlines()]
    assert line == {
        "event": f"slow: {HIDDEN}",
        "level": "warning",
        "logger": "httpx",
        "timestamp": "2026-03-02T12:00:00.000000Z",
    }


def test_set_up_twice_writes_each_line_once() -> None:
    lines()
    stream, _ = lines()
    logging.getLogger("other").error("once")
    assert len(stream.getvalue().splitlines()) == 1


def test_short_secrets_are_hidden_where_they_stand_by_themselves() -> None:
    remember_secret("k9!z")
    assert (
        redact("password k9!z refused, k9!zeta is a name") == f"password {HIDDEN} refused, k9!zeta is a name"
    )


def test_a_secret_that_is_a_common_word_hides_no_other_from_being_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Somebody's password is `secret`, another one's begins within a third one's."""
    monkeypatch.setattr(redaction, "_known", set())
    for value in ("secret-k", "first,rest-k", "rest-k, and"):
        remember_secret(value)
    text = redact("client_secret: xyzzy, secret-key=1, password=first,rest-k, and more")
    assert text == f"client_secret: {HIDDEN}, {HIDDEN}ey=1, password={HIDDEN} more"
    remember_secret("secret")
    text = redact("client_secret: xyzzy")
    assert text == f"client_{HIDDEN}: {HIDDEN}"


def test_no_line_begins_within_another_threads() -> None:
    """Ours and a library's are each written whole, one after the other."""
    other = threading.Thread(target=lambda: logging.getLogger("library").warning("a line of a library"))
    written: list[str] = []

    class Slow(io.StringIO):
        def write(self, text: str) -> int:
            if not written:
                written.append(text)
                other.start()
                other.join(0.05)
            else:
                written.append(text)
            during.append(other.is_alive())
            return len(text)

    during: list[bool] = []
    log.set_up("json", clock=VirtualClock(NOON), stream=Slow())
    structlog.get_logger().info("a line of ours")
    other.join()
    assert [json.loads(each)["event"] for each in written] == ["a line of ours", "a line of a library"]
    assert all(each.endswith("\n") for each in written)
    assert during == [True, True]  # the first was being written while the other waited
