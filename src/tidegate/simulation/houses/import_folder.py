"""Where an import job's files lie in a simulated week."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from weakref import finalize


def folder_of(face: Any) -> Path:
    """A folder that is removed when the simulator is."""
    path = Path(mkdtemp(prefix="import-"))
    finalize(face, shutil.rmtree, path, ignore_errors=True)
    return path
