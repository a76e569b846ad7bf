"""The texts of Sage 100 that are known, for whoever has none of a site's own."""

from __future__ import annotations

from tidegate_agent.sage100.names import TEXTS
from tidegate_agent.texts import Texts

USUAL = Texts((), TEXTS)
