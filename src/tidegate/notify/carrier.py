"""One message to one address, by Apprise; mail is made here, because Apprise derives its text from the HTML.

Addresses hold passwords and tokens: they are hidden wherever anything is shown, and so is what they are made of.
"""

from __future__ import annotations

import logging
import warnings
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tidegate.redaction import SHORT, redact, remember_secret

#: Seconds that a mail server may take to answer; Apprise has its own limit of four for anything else.
TIMEOUT = 15


@dataclass(frozen=True, slots=True)
class Message:
    """What is said; `html` is a whole page for mail, "" where there is none."""

    title: str
    text: str
    html: str = ""


def send(url: str, message: Message) -> str:
    """Deliver it; "" when it was taken, else why not, in words without secrets. Never raises."""
    hide(url)
    try:
        import_quietly()
        import apprise

        service: Any = apprise.Apprise.instantiate(url, suppress_exceptions=True)
        if service is None:
            return "this is not an Apprise URL: correct the key `url` of the target"
        if type(service).__name__ == "NotifyEmail":
            return by_mail(service, message)
        return by_apprise(service, message)
    except Exception as error:  # a library of two hundred services: whatever it does, the hub goes on
        return redact(f"{type(error).__name__}: {error}")


def by_apprise(service: Any, message: Message) -> str:
    """As text, whatever the service makes of it; its own log lines say why it failed."""
    heard = _Heard()
    logger = logging.getLogger("apprise")
    before, logger.propagate = logger.propagate, False  # its lines name addresses
    logger.addHandler(heard)
    try:
        taken = service.notify(body=message.text, title=message.title, body_format="text")
    finally:
        logger.removeHandler(heard)
        logger.propagate = before
    return "" if taken else redact(heard.last or "the service refused the message")


def by_mail(service: Any, message: Message) -> str:
    """A mail with our own text and our own HTML side by side, over Django's connection."""
    from django.core.mail import EmailMultiAlternatives
    from django.core.mail.backends.smtp import EmailBackend

    name, sender = service.from_addr
    mail = EmailMultiAlternatives(
        " ".join(message.title.split()),
        message.text,
        f'"{name}" <{sender}>' if name else sender,
        [address for _, address in service.targets],
        cc=sorted(service.cc),
        bcc=sorted(service.bcc),
        headers={"Auto-Submitted": "auto-generated"},
    )
    if message.html:
        mail.attach_alternative(message.html, "text/html")
    backend = EmailBackend(
        host=service.smtp_host,
        port=service.port,
        username=service.user or "",
        password=service.password or "",
        use_tls=service.secure_mode == "starttls",
        use_ssl=service.secure_mode == "ssl",
        timeout=TIMEOUT,
        fail_silently=False,
    )
    try:
        return "" if backend.send_messages([mail]) else "the mail server refused the message"
    except Exception as error:
        return redact(f"the mail server {service.smtp_host}: {error or type(error).__name__}")
    finally:
        with suppress(Exception):
            backend.close()


def hide(url: str) -> None:
    """Hide the address and every part of it that may be a secret."""
    remember_secret(url)
    with suppress(ValueError):
        parts = urlsplit(url)
        pieces = [parts.password, parts.username, *parts.path.split("/")]
        pieces += [
            value for key, value in parse_qsl(parts.query) if key not in ("to", "from", "name", "mode")
        ]
        if not parts.scheme.startswith("mailto"):
            pieces.append(parts.hostname)  # of chat services the first part of the token
        for piece in pieces:
            if piece and len(piece) >= SHORT and piece not in ("localhost", "127.0.0.1"):
                remember_secret(piece)
                remember_secret(unquote(piece))


def import_quietly() -> None:
    """Apprise imports `imghdr`, which Python 3.11 and 3.12 call deprecated: that is not our user's concern."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="'imghdr' is deprecated", category=DeprecationWarning)
        import apprise  # noqa: F401


class _Heard(logging.Handler):
    """The last thing that Apprise complained of."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep its words."""
        self.last = record.getMessage()
