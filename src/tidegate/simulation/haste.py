"""What a process does that lives many simulated hours: less looking for garbage, and no name escaped twice."""

from __future__ import annotations

import gc
from functools import lru_cache

from oauthlib.oauth1.rfc5849 import utils

#: Objects made before Python looks for garbage, and how often the older ones are looked at.
GARBAGE = (10_000, 10, 10)


def make_haste() -> None:
    """Change nothing but the time that things take; to be called when everything is imported.

    A simulated company is some fifty thousand objects: with Python's defaults, half of making one is spent on
    looking at what lives as long as the process. And both sides of each call sign the same parameters' names.
    """
    if not hasattr(utils.escape, "cache_info"):
        utils.escape = lru_cache(maxsize=4096)(utils.escape)
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)
