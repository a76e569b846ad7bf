"""A fresh folder on a real disk: where commits go to memory, an fsync costs nothing and proves nothing."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

#: File systems that live in memory.
IN_MEMORY = frozenset({"tmpfs", "ramfs", "devtmpfs"})
UNKNOWN = "unknown"


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """A folder of its own for one measurement; gone when the block ends."""
    folder = Path(tempfile.mkdtemp(prefix="tidegate-bench-", dir=on_disk()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def on_disk() -> Path:
    """The usual place for temporary files, or the next best one that is not in memory."""
    candidates = [Path(tempfile.gettempdir()), Path("/var/tmp"), Path.cwd()]  # noqa: S108 - made anew in it
    for candidate in candidates:
        if candidate.is_dir() and file_system(candidate) not in IN_MEMORY:
            return candidate
    return candidates[0]


def file_system(path: Path) -> str:
    """The kind of file system that holds `path`, e.g. `ext4`; `unknown` where the machine does not tell."""
    mounts = Path("/proc/mounts")
    if not mounts.exists():
        return UNKNOWN
    path = path.resolve()
    kind, length = UNKNOWN, -1
    for line in mounts.read_text(encoding="utf-8").splitlines():
        _, point, name, *_ = line.split()
        mounted = Path(point.replace("\\040", " "))
        if (path == mounted or mounted in path.parents) and len(mounted.parts) >= length:
            kind, length = name, len(mounted.parts)
    return kind
