"""`[hub.retention]`: after how many days finished records lose the persons in them."""

from __future__ import annotations

from tidegate.config.strict import Strict


class Retention(Strict, frozen=True, kw_only=True):
    """`[hub.retention]`; days, 0 = for ever."""

    orders: int = 0  #: documents of orders, after the last reading and the last change of their deliveries
    registrations: int = 365  #: accounts that were made: the person, the address, the e-mail
    payloads: int = 365  #: payload copies, reasons, history and attempts of finished orders
    messages: int = 365  #: messages that were sent or dropped, and daily digests
