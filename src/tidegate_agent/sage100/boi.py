"""One business object, as callable Python: return codes, by-reference arguments, texts.

The rules of the return codes (contract section 3): 0, empty or null failed; -1 is done with a warning; every
other number is done. The text stands on the object that was called: a line error is not on the header.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, InvalidOperation

from tidegate_agent.caller import Caller, CallFailed, Ref, Value
from tidegate_agent.sage100.usual_texts import USUAL
from tidegate_agent.texts import Meaning, Stage, Texts

OnText = Callable[[str], None]


class Refused(Exception):
    """Sage answered 0: what was tried, on which field, and the text of the object that was called."""

    def __init__(self, stage: str, text: str, meaning: Meaning, *, field: str = "", code: str = "") -> None:
        super().__init__(text)
        self.stage = stage
        self.text = text
        self.meaning: Meaning = meaning
        self.field = field
        self.code = code


class Boi:
    """A business object of one session. ``on_new_text`` hears texts that no pattern knows."""

    def __init__(
        self,
        caller: Caller,
        ref: Ref,
        name: str,
        *,
        stage: Stage = "value",
        texts: Texts = USUAL,
        on_new_text: OnText = lambda _: None,
    ) -> None:
        self._texts = texts
        self._caller = caller
        self.ref = ref
        self.name = name
        self._stage: Stage = stage
        self._on_new_text = on_new_text
        self.warnings: list[str] = []

    # Calls

    def code(self, method: str, *args: Value) -> int:
        """The return code of a method, as it is; empty and null are 0, as the contract says."""
        answer, _ = self._caller.invoke(self.ref, method, args)
        return _code(answer)

    def done(self, stage: str, method: str, *args: Value, field: str = "") -> int:
        """Call a method that must succeed; a warning is kept in ``warnings``. Raises Refused on 0."""
        code = self.code(method, *args)
        if code == 0:
            raise self.refusal(stage, field)
        if code < 0:
            self.warnings.append(self.text())
        return code

    def refusal(self, stage: str, field: str = "") -> Refused:
        """What the object says about its last failure."""
        text = self.text()
        meaning, known = self._texts.meaning_of(text, self._stage)
        if not known:
            self._on_new_text(text)
        return Refused(stage, text, meaning, field=field)

    def text(self) -> str:
        """``sLastErrorMsg`` of this object."""
        return str(self._caller.get(self.ref, "sLastErrorMsg") or "")

    def flag(self, name: str) -> bool:
        """A property that is Y or N, as a number."""
        return bool(_code(self._caller.get(self.ref, name)))

    def text_of(self, method: str, *args: Value) -> str:
        """A method that answers a text."""
        answer, _ = self._caller.invoke(self.ref, method, args)
        return str(answer or "")

    def by_reference(self, stage: str, method: str, *args: Value, strip: bool = True) -> str:
        """A method that answers in its last argument, passed by reference: that answer, trimmed."""
        answer, outs = self._caller.invoke(self.ref, method, (*args, ""), (len(args),))
        if _code(answer) == 0:
            raise self.refusal(stage)
        text = str(outs[0] if outs[0] is not None else "")
        return text.strip() if strip else text

    # Values

    def set(self, field: str, value: str | Decimal, stage: str = "header.set") -> int:
        """Set a field: text fields end in ``$``, numbers go in as double (P: a decimal variant was refused)."""
        return self.done(
            stage, "nSetValue", field, value if isinstance(value, str) else float(value), field=field
        )

    def value(self, field: str) -> str:
        """A field's value as text, trimmed."""
        return self.by_reference("get", "nGetValue", field)

    def amount(self, field: str) -> Decimal:
        """A numeric field; ``nGetValue`` hands numbers back as text (P)."""
        text = self.value(field)
        try:
            return Decimal(text or "0")
        except InvalidOperation:
            raise Refused("get", f"{field} is no number: {text!r}", "validation", field=field) from None

    def child(self, name: str) -> Boi:
        """An object that belongs to this one, such as ``oLines``."""
        ref = self._caller.get(self.ref, name)
        if not isinstance(ref, Ref):
            raise CallFailed(f"{self.name}.{name} is no object")
        return Boi(
            self._caller,
            ref,
            f"{self.name}.{name}",
            stage=self._stage,
            texts=self._texts,
            on_new_text=self._on_new_text,
        )

    def drop(self) -> None:
        """``DropObject``, then the reference is released."""
        self._caller.invoke(self.ref, "DropObject")
        self._caller.release(self.ref)


def _code(answer: Value) -> int:
    if answer is None or answer == "":
        return 0
    if isinstance(answer, bool | int | float):
        return int(answer)
    try:
        return int(str(answer))
    except ValueError:
        return 0
