"""Sage 200 as the configuration file, the wizard and the documentation see it."""

from __future__ import annotations

from tidegate.config.sage_product import SageProduct
from tidegate.sage.sage200.settings import Sage200Settings

SAGE_200 = SageProduct(title="Sage 200", settings=Sage200Settings, page="sage/sage-200.md")
