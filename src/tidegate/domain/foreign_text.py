"""Text from outside Tidegate, made safe for where it is shown: terminal, log, spreadsheet, page, JSON.

Names, e-mail addresses, notes and error texts come from buyers and from foreign systems. They are shown and
never carried out. This is the one place that knows how.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

#: Control characters (C0, DEL, C1), and what turns, hides or splits text: bidirectional marks, zero widths,
#: line and paragraph separators, tags, unpaired surrogates.
_UNSAFE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f\ud800-\udfff]"
)
_UNSAFE_BUT_LINES: Final = re.compile(_UNSAFE.pattern.replace("\x00-\x1f", "\x00-\x08\x0b-\x1f"))
#: What a spreadsheet takes for the beginning of a formula, after any blanks.
_FORMULA: Final = ("=", "+", "-", "@")
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)*")


def visible(text: str, *, lines: bool = False) -> str:
    """`text` with control, bidirectional and invisible characters written as `\\x1b` or `\\u202e`.

    With `lines` line feeds and tabs stay: for Tidegate's texts that quote foreign ones.
    """
    return (_UNSAFE_BUT_LINES if lines else _UNSAFE).sub(_named, text)


def _named(match: re.Match[str]) -> str:
    number = ord(match.group())
    return (
        f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}" if number < 65536 else f"\\U{number:08x}"
    )


def csv_cell(value: object) -> object:
    """A value for a spreadsheet: text that would be a formula begins with an apostrophe; numbers stay numbers.

    Blanks before `=`, `+`, `-` and `@` do not help: a spreadsheet ignores them.
    """
    if not isinstance(value, str):
        return value
    text = visible(value, lines=True)
    bare = _bare(text)
    risky = bare.startswith(_FORMULA) and not _NUMBER.fullmatch(text)
    return f"'{text}" if risky or text.startswith(("\t", "\n", "'")) else text


def csv_text(cell: str) -> str:
    """What `csv_cell` was given, from a cell that came back from a spreadsheet."""
    return cell.removeprefix("'")


def _bare(text: str) -> str:
    """Without blanks of any kind before it; full-width signs are the plain ones."""
    return unicodedata.normalize("NFKC", text.lstrip()).lstrip()


def json_text(document: str) -> str:
    """A JSON document whose texts cannot act on a terminal: C1 and the like are written as JSON escapes."""
    return _UNSAFE_BUT_LINES.sub(lambda match: _utf16(match.group()), document)


def _utf16(sign: str) -> str:
    raw = sign.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{raw[place : place + 2].hex()}" for place in range(0, len(raw), 2))
