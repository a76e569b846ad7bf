"""Passcodes: what an administrator types into Sage 50 to allow an application in (contract section 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from tidegate_sandbox.sage50.event_clock import EventClock
from tidegate_sandbox.sage50.options import Options
from tidegate_sandbox.sage50.registry import Application
from tidegate_sandbox.sage50.tokens import Tokens


@dataclass(slots=True)
class Passcode:
    """A passcode, good once and for some minutes."""

    text: str
    application: Application
    secret: str
    expires_at: datetime
    is_used: bool = False


class Passcodes:
    """The passcodes that were asked for."""

    def __init__(self, clock: EventClock, tokens: Tokens, options: Options) -> None:
        self._clock = clock
        self._tokens = tokens
        self._options = options
        self._passcodes: dict[str, Passcode] = {}

    def ask(self, application: Application, secret: str) -> Passcode:
        """A new passcode for an application."""
        expires_at = self._clock.now() + timedelta(minutes=self._options.passcode_minutes)
        passcode = Passcode(self._tokens.passcode(), application, secret, expires_at)
        self._passcodes[passcode.text] = passcode
        return passcode

    def typed(self, text: str) -> Passcode:
        """The passcode that an administrator typed. ValueError, as Sage 50's message, for a bad one."""
        passcode = self._passcodes.get(text.strip().upper())
        if passcode is None:
            raise ValueError(f"the passcode {text} is not known")
        if passcode.is_used:
            raise ValueError(f"the passcode {text} was used before")
        if passcode.expires_at <= self._clock.now():
            raise ValueError(f"the passcode {text} is over")
        return passcode

    def newest(self) -> Passcode:
        """The passcode that was asked for last. ValueError if there is none."""
        if not self._passcodes:
            raise ValueError("nobody asked for a passcode yet")
        return next(reversed(self._passcodes.values()))
