"""Texts in the lengths that Sage keeps: what identifies something is never cut; free text is, and said in the notes.

Lengths count characters (`field-limits.json` of the contract).
"""

from __future__ import annotations

from tidegate.sage.fitting_texts import FittingTexts

LINE, POSTCODE = 50, 10  #: characters of an address's fields
NAME, REFERENCE, EMAIL = 100, 10, 100  #: characters of a contact's fields
NOTES = 2000  #: characters of a document's notes


class Codes(FittingTexts):
    """The texts of one record for Sage Business Cloud Accounting."""

    def __init__(self) -> None:
        super().__init__("Sage")
