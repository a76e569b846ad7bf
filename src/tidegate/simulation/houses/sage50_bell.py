"""The platform's call-backs in a simulated week: they reach the hub that runs just now, nobody, or come forged."""

from __future__ import annotations

import httpx

from tidegate.simulation.houses.sage50_desktop import Call


class Bell(httpx.BaseTransport):
    """The wire from the platform to the hub."""

    def __init__(self) -> None:
        self.call: Call | None = None
        self.how = "is-lost"

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One call-back. ValueError when a forged one is believed."""
        path, body = "/".join(request.url.path.split("/")[-2:]), request.read()
        status = 0
        if self.call is not None and self.how != "is-lost":
            if self.how == "is-forged":
                answered = self.call(request.headers, body + b" ", path)
                if answered not in (0, 401):
                    raise ValueError(f"a forged call-back was answered {answered}")
            for _ in range(2 if self.how == "rings-twice" else 1):
                status = self.call(request.headers, body, path)
        if not status:
            raise httpx.ConnectError("[Errno 111] Connection refused", request=request)
        return httpx.Response(status)
