"""Spans of cycles and calls, as a collector on loopback gets them; none without an endpoint."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import httpx
import pytest

from tidegate import tracing
from tidegate.transport import HttpClient

pytest.importorskip("opentelemetry.sdk", reason="the extra `telemetry` is not installed")


@pytest.fixture
def collected(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """What a collector is sent."""
    bodies: list[bytes] = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
        yield bodies
        server.shutdown()
        thread.join()


def work() -> None:
    """A cycle with one call, whose address names somebody."""
    client = HttpClient(
        "https://shop.example",
        timeout=1,
        max_bytes=100,
        transport=httpx.MockTransport(lambda request: httpx.Response(204)),
    )
    with tracing.span("cycle", connection="web", flow="orders") as about:
        client.request("GET", "/orders", query="email=ann@example.com")
        about["outcome"] = "done"
    client.close()


def test_a_cycle_and_its_calls_are_spans_of_one_trace(collected: list[bytes]) -> None:
    from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

    with tracing.exported():
        work()
    spans = [
        span
        for body in collected
        for resource in ExportTraceServiceRequest.FromString(body).resource_spans
        for scope in resource.scope_spans
        for span in scope.spans
    ]
    call, cycle = sorted(spans, key=lambda each: each.name)
    assert (call.name, call.parent_span_id, call.trace_id) == ("call", cycle.span_id, cycle.trace_id)
    assert {each.key for each in cycle.attributes} == {"connection", "flow", "outcome"}
    assert {each.key for each in call.attributes} == {"http.request.method", "server.address", "outcome"}
    assert b"ann@" not in b"".join(collected)


def test_nothing_is_sent_unless_somebody_asks(
    collected: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    work()
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_ENDPOINT")
    with tracing.exported():
        work()
    assert collected == []
