"""The rules of the contract that are assumptions: all may be switched, at any time."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Literal, get_args, get_type_hints


@dataclass(slots=True)
class Options:
    """Switches of the platform and of the desktops; section numbers are those of the contract."""

    key_header: str = "apikey"  #: the header that a key comes in; §1
    passcode_minutes: float = 15  #: life of a passcode; §3
    denial_sent: bool = True  #: a denial is sent to the approval URL; nothing public says so; §3
    key_minutes: float = 20  #: life of a key; §4
    rotation_replay: Literal["same", "refuse"] = "same"  #: the same pair again before its key was used; §4
    early_rotation: Literal["allow", "refuse"] = "allow"  #: while the current key is in force; §4
    rotation_secret: Literal["optional", "required", "ignored"] = (
        "optional"  #: checked where sent, needed, or not looked at; §4
    )
    rotation_days: float | None = None  #: how long after its expiry a key may be rotated; §4
    link_minutes: float = 15  #: life of every URL that is handed out; §5, §8
    file_details: bool = True  #: beside ``downloadUrl``, all that is assumed about a file; §5
    expiry_given: bool = True  #: rotated keys and links come with ``expiry``; §4, §5, §8
    gzip: Literal["never", "accepted", "always"] = "accepted"  #: ``Content-Encoding`` of downloads; §5
    upload_unchanged: bool = True  #: Sage 50 uploads a scope file even if nothing changed
    signed: bool = True  #: notifications carry a signature; §6
    signature_header: str = "HMAC_SHA256"  #: the header that it stands in; §6
    tracking_details: bool = True  #: tracking has ``progress``, ``updatedAt``, and a result URL of null; §9
    tracking_notifications: bool = False  #: ``trackingUpdated`` is sent as well; §6
    retry_minutes: tuple[float, ...] = (1, 5, 15)  #: of call-backs that were not answered well; §3, §6
    upload_mode: Literal["queue", "replace", "refuse"] = "queue"  #: a second upload while one is open; §8
    most_records: int = 500  #: of an uploaded file; §8
    most_bytes: int = 50 * 1024 * 1024  #: size of an uploaded file; §11
    validation_seconds: float = 5  #: how long the platform checks an upload; §9
    processing_seconds: float = 30  #: how long Sage 50 works on a file; §9
    expiry_days: float = 7  #: of an upload that Sage 50 does not fetch; §9
    result: Literal["full", "partial", "none", "late"] = (
        "full"  #: how much of a result file comes, and when; §13
    )
    late_minutes: float = 20  #: of a late result
    refusal: Literal["order", "file"] = "order"  #: what one bad order refuses: itself, or the whole file
    dedupe: bool = True  #: an order id that was booked before is not booked again; §8
    customer_id_number: Literal["optional", "required"] = (
        "optional"  #: by the later or the older contract; additions of 29 November
    )
    shipping_amount: Literal["net", "gross"] = "net"  #: what ``totalShipping`` means; additions
    first_upload_seconds: float = 60  #: from the consent to the first scope files
    files_url: str | None = None  #: another host for the URLs that are handed out

    def change(self, **values: Any) -> None:
        """Set options by name. ValueError, naming what is allowed, before anything is changed."""
        kinds = get_type_hints(Options)
        for name, value in values.items():
            if name not in kinds:
                raise ValueError(f"there is no option {name!r}; there are {', '.join(sorted(kinds))}")
            choices = get_args(kinds[name])
            if str in map(type, choices) and value not in choices:
                raise ValueError(f"{name!r} is one of {', '.join(map(str, choices))}; got {value!r}")
            default = _DEFAULTS[name]
            if isinstance(default, bool) and not isinstance(value, bool):
                raise ValueError(f"{name!r} is true or false; got {value!r}")
            if type(default) in (int, float) and (
                isinstance(value, bool) or not isinstance(value, int | float)
            ):
                raise ValueError(f"{name!r} is a number; got {value!r}")
        for name, value in values.items():
            setattr(self, name, tuple(value) if isinstance(value, list) else value)


_DEFAULTS = {one.name: one.default for one in fields(Options)}
