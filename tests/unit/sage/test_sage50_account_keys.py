"""An account of Sage 50 that came inside an order has our key for its id, and the hub knows it by that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest

from tidegate.domain.errors import Failure
from tidegate.domain.orders.keys import customer_key
from tidegate.sage.sage50 import masters

UNUSED = cast(Any, None)


def test_its_key_is_the_account_s_id(monkeypatch: pytest.MonkeyPatch) -> None:
    """Week 0, once its events moved: a VAT number of such an account was never shown, as if only the e-mail agreed."""
    key = customer_key("main", 10)
    record = {"id": key, "firstName": "Wanda", "lastName": "Holesale", "email": "customer10@example.com"}

    def rows(made: Any, _id: Any) -> Any:
        return (made(record),), ()

    file = SimpleNamespace(new=True, cursor="1", rows=rows)
    monkeypatch.setattr(masters, "Records", lambda *_: SimpleNamespace(read=lambda _since: file))
    read = masters.Customers(UNUSED, UNUSED, "EUR").read(None)
    assert not isinstance(read, Failure)
    assert [(one.account, one.key) for one in read.rows] == [(key, key)]
