"""Texts in the widths that Sage 100 keeps: what identifies something is never cut; free text is, and said in full elsewhere.

Widths are those of the 2023 set; an older release has less, and refuses what is too long (contract, Additions: Releases).
"""

from __future__ import annotations

from tidegate.sage.fitting_texts import FittingTexts


class Codes(FittingTexts):
    """The texts of one record for Sage 100."""

    def __init__(self) -> None:
        super().__init__("Sage 100")
