"""The world of the flow tests, with the HTTP interface before it."""

from __future__ import annotations

from integration.flows.conftest import build, migrated, stage

__all__ = ["build", "migrated", "stage"]
