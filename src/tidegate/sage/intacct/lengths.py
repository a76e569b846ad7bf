"""Texts in the lengths that Intacct keeps: what identifies something is never cut; free text is, and said in full elsewhere.

Lengths count characters (A).
"""

from __future__ import annotations

from tidegate.sage.fitting_texts import FittingTexts


class Codes(FittingTexts):
    """The texts of one record for Intacct."""

    def __init__(self) -> None:
        super().__init__("Intacct")
