"""What a process does that lives many simulated hours: less looking for garbage."""

from __future__ import annotations

import gc

#: Objects made before Python looks for garbage, and how often the older ones are looked at.
GARBAGE = (10_000, 10, 10)


def make_haste() -> None:
    """Change nothing but the time that things take; to be called when everything is imported.

    A simulated company is some fifty thousand objects: with Python's defaults, half of making one is spent on
    looking at what lives as long as the process.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
