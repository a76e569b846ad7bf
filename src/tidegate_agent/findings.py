"""What a self-test found on a real system, beside what our fake answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Protocol

from tidegate_agent.caller import CallFailed
from tidegate_agent.failure import Failure


@dataclass
class Findings:
    """Facts by name, and what went wrong. ``usual``: what the fake answers, which stands on the contract's assumptions."""

    usual: Mapping[str, str]
    facts: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    @property
    def differences(self) -> list[str]:
        """Where this system answers otherwise than the fake: worth knowing."""
        return [
            f"{name}: {self.facts[name]!r}, the fake answers {usual!r}"
            for name, usual in self.usual.items()
            if name in self.facts and self.facts[name] != usual
        ]


class Dropped(Protocol):
    """As much of a product's session as ends it."""

    def drop(self) -> None: ...

    def kill(self) -> None: ...


@contextmanager
def collected(found: Findings, session: Dropped, refused: type[Exception]) -> Iterator[None]:
    """What ends the test early is a problem, and is not raised; the session is dropped, or killed, however it ends."""
    try:
        yield
    except (Failure, refused, CallFailed) as problem:
        found.problems.append(f"{type(problem).__name__}: {getattr(problem, 'sage_text', '') or problem}")
    finally:
        try:
            session.drop()
        except CallFailed as failed:
            found.problems.append(f"the session could not be dropped: {failed.text}")
            session.kill()
