"""Texts from outside, made fit for both databases."""

from __future__ import annotations

LONGEST_REASON = 4000


def storable(text: str, limit: int | None = None) -> str:
    """The text without what a database refuses: PostgreSQL takes no NUL, neither takes half a surrogate pair.

    One such character in one answer must not fail the batch that it came with.
    """
    if "\x00" in text:
        text = text.replace("\x00", "\ufffd")
    if not text.isascii():
        text = text.encode("utf-8", "replace").decode("utf-8")
    if limit is not None and len(text) > limit:
        text = text[: limit - 1] + "…"
    return text
