"""A simulated Sage 50 Cloud: the platform that holds files, and the desktops behind it, which are often off.

It follows the written contract and imports nothing of the hub. How the company's own time goes on: ``run_due``
of the face does what is due by the clock, and makes the call-backs. A request to the platform does what is due,
too, but calls nobody back.
"""

from tidegate_sandbox.sage50.build import build
from tidegate_sandbox.sage50.demonstration import spanish_company
from tidegate_sandbox.sage50.face import Sage50Face
from tidegate_sandbox.sage50.options import Options

__all__ = ["Options", "Sage50Face", "build", "spanish_company"]
