"""Logs: one line an event, UTC to the microsecond, without secrets, as text or JSON.

Every line of every library passes the same processors, so that redaction cannot be forgotten. The
time is asked from the clock that is handed in: a simulated week logs simulated times.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import MutableMapping
from datetime import UTC
from typing import Any, Literal, TextIO

import structlog
from structlog.typing import Processor

from tidegate.clock import Clock, SystemClock
from tidegate.domain.foreign_text import visible
from tidegate.redaction import HIDDEN, redact

Event = MutableMapping[str, Any]

#: Parts of key names whose values are never logged, whatever they are.
_SECRET_NAMES = (
    "password",
    "secret",
    "token",
    "authorization",
    "subscription_key",
    "encryption_key",
    "cookie",
)
#: The one of our loggers that is the standard library's: it has a line for each call, which mostly nobody wants.
CALLS = "tidegate.calls"
_DEPTH = 6  #: deeper structures are logged as text


def set_up(
    style: Literal["text", "json"] = "text",
    *,
    clock: Clock | None = None,
    stream: TextIO | None = None,
    level: int = logging.INFO,
    colours: bool | None = None,
) -> None:
    """Configure logging for this process; may be called again.

    `stream` is stderr unless another is given, because stdout belongs to the answers of commands. Libraries are
    heard from WARNING on.
    """
    stream = sys.stderr if stream is None else stream
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        _Stamp(SystemClock() if clock is None else clock),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    shape: Processor
    if style == "json":
        shape = structlog.processors.JSONRenderer(default=str)
    else:
        colours = stream.isatty() if colours is None else colours
        shape = structlog.dev.ConsoleRenderer(
            colors=colours, sort_keys=False, pad_event_to=0, pad_level=False
        )
    structlog.configure(
        processors=[*shared, shape],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=stream),
        cache_logger_on_first_use=False,
    )
    handler = _Lines(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *shared],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, hide_secrets, shape],
        )
    )
    root = logging.getLogger()
    for old in [each for each in root.handlers if getattr(each, "of_tidegate", False)]:
        root.removeHandler(old)
    handler.of_tidegate = True  # type: ignore[attr-defined]
    root.addHandler(handler)
    root.setLevel(max(level, logging.WARNING))
    logging.getLogger(CALLS).setLevel(level)


class _Lines(logging.Handler):
    """Writes what libraries log, under the lock of our own lines: no thread's line begins within another's."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__()
        self._out = structlog.WriteLogger(stream)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._out.msg(self.format(record))
        except Exception:
            self.handleError(record)


class _Stamp:
    """Adds the time as `2026-03-02T10:15:04.120000Z`."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def __call__(self, _logger: Any, _method: str, event: Event) -> Event:
        now = self._clock.now().astimezone(UTC)
        event["timestamp"] = now.isoformat(timespec="microseconds").replace("+00:00", "Z")
        return event


def hide_secrets(_logger: Any, _method: str, event: Event) -> Event:
    """Take secrets out of every text of a log line, however deep it lies."""
    for name, value in event.items():
        if not name.startswith("_"):
            event[name] = _hidden(name, value, _DEPTH)
    return event


def _hidden(name: str, value: Any, depth: int) -> Any:
    if value is None or isinstance(value, bool | int):
        return value
    if any(part in name.lower() for part in _SECRET_NAMES):
        return HIDDEN
    if isinstance(value, str):
        return shown(value)
    if isinstance(value, dict) and depth:
        return {shown(str(key)): _hidden(str(key), item, depth - 1) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset) and depth:
        return [_hidden(name, item, depth - 1) for item in value]
    return shown(str(value))


def shown(text: str) -> str:
    """A text of a log line: no secret in it, and nothing that a terminal carries out. Tracebacks keep their lines."""
    return visible(redact(text), lines="\n  File " in text)
