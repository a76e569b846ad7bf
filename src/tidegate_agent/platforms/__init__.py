"""What differs by operating system: protected secrets, and running as a service."""

from __future__ import annotations

import sys

from tidegate_agent.platforms.platform import Platform


def this_platform() -> Platform:
    """The platform of this machine."""
    if sys.platform == "win32":
        from tidegate_agent.platforms.windows import Windows

        return Windows()
    from tidegate_agent.platforms.posix import Posix

    return Posix()
