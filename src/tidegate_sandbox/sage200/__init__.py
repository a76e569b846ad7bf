"""A simulated Sage 200: sign-in server and REST API of both editions over one ERP company.

It follows the written contract and imports nothing of the hub.
"""

from tidegate_sandbox.sage200.build import build
from tidegate_sandbox.sage200.credentials import Credentials
from tidegate_sandbox.sage200.face import Sage200Face
from tidegate_sandbox.sage200.options import Options

__all__ = ["Credentials", "Options", "Sage200Face", "build"]
