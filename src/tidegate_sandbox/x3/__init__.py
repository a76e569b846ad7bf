"""A simulated Sage X3: SOAP pools and REST of the folders of one server (see docs/sage/x3.md)."""

from tidegate_sandbox.x3.build import build
from tidegate_sandbox.x3.demo import demo_company
from tidegate_sandbox.x3.face import X3Face
from tidegate_sandbox.x3.options import Options

__all__ = ["Options", "X3Face", "build", "demo_company"]
