"""Traces for OpenTelemetry: a span for each cycle, and within it one for each call. Off unless somebody asks.

Whoever wants them installs `tidegate[telemetry]` and sets OpenTelemetry's own variable `OTEL_EXPORTER_OTLP_ENDPOINT`
(its exporter reads headers, certificates and the rest by itself). No span names an order or a person: it has the
connection, the flow and the outcome, or the host, the method and the status.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import structlog

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")

log = structlog.get_logger()
_provider: Any = None  #: of this process, while spans are exported


@contextmanager
def exported() -> Iterator[None]:
    """Spans are sent while the block runs, where an endpoint is set; what is left at its end is sent, too."""
    global _provider
    _provider = _made() if any(os.environ.get(each) for each in ENDPOINTS) else None
    try:
        yield
    finally:
        made, _provider = _provider, None
        if made is not None:
            made.shutdown()


def span(name: str, **attributes: str | int) -> AbstractContextManager[dict[str, str | int]]:
    """One piece of work; what is put into the yielded table until its end goes with it."""
    return nullcontext({}) if _provider is None else _exported(name, attributes)


@contextmanager
def _exported(name: str, attributes: dict[str, str | int]) -> Iterator[dict[str, str | int]]:
    found: dict[str, str | int] = {}
    # neither the exception nor its text: both may hold what the other side has said of a person
    with _provider.get_tracer("tidegate").start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as begun:
        try:
            yield found
        finally:
            begun.set_attributes(found)


def _made() -> Any:
    """Where spans go; None, with a line in the log, when the libraries are not installed."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        log.warning(
            "telemetry",
            problem="an endpoint is set and OpenTelemetry is not installed",
            remedy="pip install 'tidegate[telemetry]'",
        )
        return None
    provider = TracerProvider(
        resource=Resource.create({"service.name": os.environ.get("OTEL_SERVICE_NAME", "tidegate")})
    )
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
