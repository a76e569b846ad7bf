"""The world of the flow tests, with the HTTP interface before it."""

from __future__ import annotations

from integration.flows.conftest import build, stage

__all__ = ["build", "stage"]
