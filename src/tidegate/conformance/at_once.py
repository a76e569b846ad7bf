"""Several threads do their work at the same time, and the question ends, whatever becomes of them.

A thread that hangs fails the question after a minute; as a daemon it does not keep the whole run from ending either.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

PATIENCE = 60.0  #: seconds that all of them have


def at_once(*works: Callable[[], object]) -> None:
    """Run them, each in a thread of its own. Raises what the first of them raised; AssertionError when one hangs."""
    errors: list[BaseException] = []

    def run(work: Callable[[], object]) -> None:
        try:
            work()
        except BaseException as error:  # a skip is none of Exception
            errors.append(error)

    threads = [threading.Thread(target=run, args=(work,), daemon=True) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    if errors:
        raise errors[0]
    assert not any(thread.is_alive() for thread in threads), "it hangs"
