"""Texts in the lengths that Sage keeps: what identifies something is never cut; free text is, and said in the notes.

Lengths count characters (`field-limits.json` of the contract).
"""

from __future__ import annotations

from tidegate.sage.fitting_texts import FittingTexts

LINE, POSTCODE = 50, 10  #: of an address' fields
NAME, REFERENCE, EMAIL = 100, 10, 100  #: of a contact
NOTES = 2000  #: of a document


class Codes(FittingTexts):
    """The texts of one record for Sage Business Cloud Accounting."""

    def __init__(self) -> None:
        super().__init__("Sage")
