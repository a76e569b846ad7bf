"""Keys and accounts as long as the product takes them: kept whole, distinguished at the last sign, never cut."""

from __future__ import annotations

from tidegate.conformance.opened import Opened, opened
from tidegate.conformance.stand import STORE, Stand, accepted, failed, find, make_order, send
from tidegate.domain.errors import Code
from tidegate.sage.port.customers import CustomerQuery


def _key(length: int, last: str) -> str:
    """A key of ours with exactly this length."""
    return f"magento:{STORE}:".ljust(length - 1, "7")[: length - 1] + last


def test_a_key_as_long_as_can_be_is_stored_and_found_whole(stand: Stand) -> None:
    length = stand.company.about.orders.key_length
    one = make_order(stand, 1, key=_key(length, "1"))
    two = make_order(stand, 2, key=_key(length, "2"))
    with opened(stand.company) as session:
        accepted(send(session, one))
        assert [each.key for each in find(session, one)] == [one.key]
        assert find(session, two) == [], "another key, by its last sign"

    assert len(stand.booked(one.key)) == 1


def test_a_key_that_is_too_long_is_refused_before_anything_is_sent(stand: Stand) -> None:
    order = make_order(stand, 1, key=_key(stand.company.about.orders.key_length + 1, "1"))
    with opened(stand.company) as session:
        failure = failed(session.orders.prepare([order])[0])

    assert failure.code is Code.TOO_LONG
    assert failure.sent is False


def test_an_account_as_long_as_can_be_gets_its_order(stand: Stand) -> None:
    account = "WEBSHOPACCOUNTNUMBER"[: stand.company.about.orders.account_length]
    stand.open_account(account, "The web shop")
    with opened(stand.company) as session:
        accepted(send(session, make_order(stand, 1, account=account)))
        [match] = _found(session, make_order(stand, 1).key, account)

    assert match == account


def _found(session: Opened, key: str, account: str) -> list[str]:
    found = session.customers.find([CustomerQuery(key, account=account)])
    return [each.account for each in found[key]]


def test_an_account_that_is_too_long_is_refused_before_anything_is_sent(stand: Stand) -> None:
    account = "W" * (stand.company.about.orders.account_length + 1)
    with opened(stand.company) as session:
        failure = failed(session.orders.prepare([make_order(stand, 1, account=account)])[0])

    assert failure.code in (Code.TOO_LONG, Code.UNKNOWN_CUSTOMER)
    assert failure.sent is False
