"""Asking an agent that runs on this machine: for `drain`, `resume` and `health` on the command line."""

from __future__ import annotations

import http.client
import json
import ssl
from typing import Any

from tidegate_agent.settings import Listening


def ask(listen: Listening, token: str, method: str, path: str) -> tuple[int, dict[str, Any]]:
    """(status, JSON). OSError where nobody listens. The agent's own certificate is the only one trusted."""
    if listen.certificate:
        context = ssl.create_default_context(cafile=listen.certificate)
        context.check_hostname = False
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            listen.address, listen.port, timeout=120, context=context
        )
    else:
        connection = http.client.HTTPConnection(listen.address, listen.port, timeout=120)
    try:
        connection.request(method, path, headers={"Authorization": f"Bearer {token}", "Content-Length": "0"})
        answer = connection.getresponse()
        return answer.status, json.loads(answer.read())
    finally:
        connection.close()
