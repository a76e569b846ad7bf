"""A simulated Sage 300: the Web API over the companies of one server (see docs/sage/sage-300.md)."""

from tidegate_sandbox.sage300.build import build
from tidegate_sandbox.sage300.demo import demo_company
from tidegate_sandbox.sage300.face import Sage300Face
from tidegate_sandbox.sage300.options import Options

__all__ = ["Options", "Sage300Face", "build", "demo_company"]
