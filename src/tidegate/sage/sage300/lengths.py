"""Texts in the lengths that Sage 300 keeps: what identifies something is never cut; free text is, and said in full elsewhere.

Lengths count characters: the columns are of text by code page (A).
"""

from __future__ import annotations

from tidegate.sage.fitting_texts import FittingTexts


class Codes(FittingTexts):
    """The texts of one record for Sage 300."""

    def __init__(self) -> None:
        super().__init__("Sage 300")
