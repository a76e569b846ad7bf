"""What a process does that lives many simulated hours: less looking for garbage, and nothing done twice or for nobody."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from oauthlib.oauth1.rfc5849 import utils
from werkzeug.routing import Rule

_ESCAPED = re.compile(r"[^A-Za-z0-9_.~-]")
_UNUSUAL = re.compile(r"[^A-Za-z0-9_.~%-]")

#: Objects made before Python looks for garbage, and how often the older ones are looked at.
GARBAGE = (10_000, 10, 10)


def make_haste() -> None:
    """Change nothing but the time that things take; to be called when everything is imported.

    A simulated company is some fifty thousand objects: with Python's defaults, half of making one is spent on
    looking at what lives as long as the process. A simulated store signs the same parameters' names at each call, and a
    simulator's routes are prepared for the building of addresses, which nobody asks for.
    """
    if not hasattr(utils.escape, "cache_info"):
        utils.escape = lru_cache(maxsize=4096)(escaping(utils.escape))
        Rule._compile_builder = _when_asked(Rule._compile_builder)  # type: ignore[method-assign]
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def escaping(escape: Callable[[str], str]) -> Callable[[str], str]:
    """The same, with one look at a text in place of one at each of its bytes."""

    def code(sign: re.Match[str]) -> str:
        return f"%{ord(sign[0]):02X}"

    def escaped(text: str) -> str:
        if not text.isascii():
            return escape(text)
        # a query that is signed is long, and has these three signs only
        usual = text.replace("%", "%25").replace("=", "%3D").replace("&", "%26")
        return usual if _UNUSUAL.search(usual) is None else _ESCAPED.sub(code, text)

    return escaped


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
