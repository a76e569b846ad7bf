"""httpx, loaded with the first client: commands that make no call start a tenth sooner.

`from tidegate.http_library import httpx` stands for `import httpx`, without the command line of its own that the
library brings: that one loads a highlighter of source code.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx
else:

    class _Later:
        """Asked for a name, it loads the library, and keeps what was asked for."""

        def __getattr__(self, name: str) -> Any:
            sys.modules.setdefault("httpx._main", None)
            value = getattr(import_module("httpx"), name)
            setattr(self, name, value)
            return value

    httpx = _Later()

__all__ = ["httpx"]
