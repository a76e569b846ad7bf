"""Texts that X3 answers with: families of the vendor's where the contract has them, else ours (A)."""

from __future__ import annotations

NO_POOL = "No classic web service pool match to '{}'"  # C
NO_CHILDREN = "No Web services accepted"  # C
QUEUE = "The request was removed from the queue: all pool entries are busy (queue time-out)"  # A
MISSING = "{} : {} Record does not exist"  # C family
EXISTS = "{} {} exists !"  # C family
INACTIVE = "{} : {} Inactive record"  # C family
LOCKED = "Locked record: Change In Progress on another workstation"  # C
CHANGED = "Sales order: Change In Progress on another workstation"  # C family
PERIOD = "{}: the fiscal period is closed"  # A
RIGHTS = "{}: you do not have the access rights for this function code"  # A
BLOCKED = "{} : customer blocked"  # A
SINGLE_USER = "The folder is in single-user mode"  # A

FRENCH = {
    "Record does not exist": "Fiche inexistante",
    "exists !": "existe déjà !",
    "Inactive record": "Fiche inactive",
    "Locked record: Change In Progress on another workstation": "Fiche verrouillée: modification en cours sur un autre poste",
}


def in_language(text: str, language: str) -> str:
    """The text as a folder in French has it, where we know it."""
    if language == "FRA":
        for english, french in FRENCH.items():
            text = text.replace(english, french)
    return text
