"""The sample of an export of this site, read once: it decides the layout of the files that its import gets."""

from __future__ import annotations

from pathlib import Path

from tidegate.domain.errors import Code, Failure
from tidegate.sage.sage300.csv_layout import CODE_PAGE, Form, Layout, NoLayout, read_layout


class Sample:
    """The sample that a key of the writer names, or the usual header rows."""

    def __init__(self, key: str, path: str, usual: str, form: Form) -> None:
        """Reads nothing yet."""
        self._missing = f"setting:writer.{key}"
        self._path = Path(path) if path else None
        self._usual = usual
        self._form = form
        self._layout: Layout | None = None

    def layout(self) -> Layout | Failure:
        """The layout; UNKNOWN_REFERENCE where the sample lacks what a document needs, or is not there."""
        if self._layout is None:
            try:
                text = self._path.read_text(CODE_PAGE) if self._path is not None else self._usual
                self._layout = read_layout(text, self._form)
            except OSError as error:
                text = f"the sample of an export, {self._path}, cannot be read: {error.strerror}"
                return Failure(Code.UNKNOWN_REFERENCE, text, missing=self._missing, sent=False)
            except NoLayout as missing:
                return Failure(Code.UNKNOWN_REFERENCE, str(missing), missing=self._missing, sent=False)
        return self._layout
