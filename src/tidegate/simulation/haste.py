"""What a process does that lives many simulated hours: less looking for garbage, and nothing done twice or for nobody."""

from __future__ import annotations

import gc
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import httpx
from oauthlib.oauth1.rfc5849 import utils
from werkzeug.routing import Rule

#: Objects made before Python looks for garbage, and how often the older ones are looked at.
GARBAGE = (10_000, 10, 10)


def make_haste() -> None:
    """Change nothing but the time that things take; to be called when everything is imported.

    A simulated company is some fifty thousand objects: with Python's defaults, half of making one is spent on
    looking at what lives as long as the process. Both sides of each call sign the same parameters' names, httpx looks
    at each sign of the same addresses, and a simulator's routes are prepared for the building of addresses, which
    nobody asks for.
    """
    if not hasattr(utils.escape, "cache_info"):
        utils.escape = lru_cache(maxsize=4096)(utils.escape)
        httpx._urls.urlparse = lru_cache(maxsize=4096)(httpx._urls.urlparse)  # type: ignore[attr-defined]
        Rule._compile_builder = _when_asked(Rule._compile_builder)  # type: ignore[method-assign]
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def _when_asked(compile_builder: Callable[..., Any]) -> Callable[..., Any]:
    """A route's builder of addresses that is made when somebody wants an address."""

    def later(rule: Rule, append_unknown: bool = True) -> Callable[..., Any]:
        made: list[Callable[..., Any]] = []

        def build(self: Rule, **values: Any) -> Any:
            if not made:
                made.append(compile_builder(rule, append_unknown))
            return made[0](self, **values)

        return build

    return later
