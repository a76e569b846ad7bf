"""Static files, served by WhiteNoise from the package itself: nothing is collected, nothing asks a foreign host."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from whitenoise import WhiteNoise

FOLDER = Path(__file__).parent / "static"
#: A year: their addresses change with their content.
KEPT = 365 * 86_400


def with_static(application: Any) -> WhiteNoise:
    """The application with `/static/` before it."""
    served = WhiteNoise(application, max_age=KEPT)
    served.add_files(str(FOLDER), prefix="static/")
    return served
