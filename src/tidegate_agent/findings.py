"""What a self-test found on a real system, beside what our fake answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


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
