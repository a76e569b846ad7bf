"""From every alert a link leads to a page that is there: where it is put right, or understood."""

from __future__ import annotations

import pytest

from integration.console.pages.browsing import Browsing
from integration.flows.stage import CONNECTION
from tidegate.console.pages.alert_places import OF_ORDERS, PAGES, place
from tidegate.domain.alert_kinds import KINDS
from tidegate.domain.errors import Code
from tidegate.ledger import alerts
from tidegate.ledger.database import transaction


def test_every_alert_leads_to_a_page_that_is_there(browsing: Browsing) -> None:
    (placed,) = browsing.stage.shopper.place_orders(1, "guest")
    browsing.stage.cycle()
    number = str(browsing.stage.shop_order(placed)["increment_id"])
    browsing.sign_in()
    assert {*PAGES, *OF_ORDERS} <= set(KINDS)
    seen = set()
    for code in [*KINDS, *Code]:
        for connection in (CONNECTION, ""):
            address, words = place({"code": code, "connection": connection, "subject": number})
            assert words
            if address not in seen:
                assert browsing.client.get(address, follow=True).status_code == 200, (code, address)
                seen.add(address)
    assert len(seen) > 8


@pytest.mark.parametrize(
    ("code", "subject", "address"),
    [
        ("unmapped-payment", "payment:banktransfer", "/reviews"),
        ("unknown-sku", "prices", f"/items?connection={CONNECTION}&amp;flow=prices"),
        ("not-authenticated", "", f"/connections/{CONNECTION}"),
        ("parcel-overdue", "7", f"/parcels?connection={CONNECTION}"),
        ("record-busy", "000000001", "/search?q=000000001"),
    ],
)
def test_the_tide_table_says_where_to_go(browsing: Browsing, code: str, subject: str, address: str) -> None:
    with transaction("test"):
        alerts.raise_alert(code, CONNECTION, subject, "something", browsing.stage.now)
    browsing.sign_in()
    assert f'<a href="{address}">' in browsing.page("/").partition('class="alerts"')[2].partition("</ul>")[0]
    assert browsing.page("/alerts").count(f'href="{address}"') >= 1
