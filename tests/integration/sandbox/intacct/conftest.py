"""A fresh company for each test."""

from __future__ import annotations

import pytest

from integration.sandbox.intacct.world import World


@pytest.fixture
def world() -> World:
    return World()
