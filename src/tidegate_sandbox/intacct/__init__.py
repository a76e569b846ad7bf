"""A simulated Sage Intacct: the XML gateway and REST v1 over one company (see docs/sage/intacct.md)."""

from tidegate_sandbox.intacct.build import build
from tidegate_sandbox.intacct.demo import demo_company
from tidegate_sandbox.intacct.face import IntacctFace
from tidegate_sandbox.intacct.options import Options

__all__ = ["IntacctFace", "Options", "build", "demo_company"]
