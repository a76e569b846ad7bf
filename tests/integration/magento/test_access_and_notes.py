"""The store client against the simulated shop: signing in, permissions, and writing back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from integration.magento.world import World, world
from tidegate.domain.errors import Code, Failure, Group
from tidegate.magento.notes import OrderNow
from tidegate.magento.permissions import try_permissions
from tidegate_sandbox.magento import InputLimits


@pytest.fixture
def shop() -> World:
    return world()


# Signing in


def test_point_29_oauth_works_where_bearer_is_switched_off(shop: World) -> None:
    assert not isinstance(shop.hub.shop.websites(), Failure)
    refused = shop.connect("token").shop.websites()
    assert isinstance(refused, Failure)
    assert refused.group is Group.HALT_AND_ALERT
    assert "enable_integration_as_bearer" in refused.text


def test_point_29_the_bearer_where_it_is_allowed() -> None:
    assert not isinstance(world(bearer=True).connect("token").shop.websites(), Failure)


def test_point_29_an_admin_stays_signed_in_for_hours(shop: World) -> None:
    admin = shop.connect("admin")
    for _ in range(10):
        assert not isinstance(admin.shop.websites(), Failure)
        shop.clock.advance(20 * 60)
    assert admin.calls == 10 + 4


def test_point_29_a_shop_behind_a_proxy_sees_another_address() -> None:
    shop = world(public_url="https://www.shop.example")
    refused = shop.hub.shop.websites()
    assert isinstance(refused, Failure)
    assert refused.code is Code.NOT_AUTHENTICATED
    assert not isinstance(shop.connect(as_seen="https://www.shop.example").shop.websites(), Failure)


def test_a_revoked_token_halts(shop: World) -> None:
    shop.shop.revoke_token()
    found = shop.read()
    assert found.failure is not None
    assert found.failure.code is Code.NOT_AUTHENTICATED
    assert "revoked" in found.failure.text


def test_a_query_with_every_character_is_signed_right(shop: World) -> None:
    shop.place(3, "guest")
    pages = list(shop.hub.orders.audit(shop.clock.now() - timedelta(hours=1), skip_ids=[1]))
    assert [row.entity_id for page in pages for row in page.rows] == [2, 3]


# The check


def test_all_permissions_are_there(shop: World) -> None:
    shop.place(2, "guest")
    before = shop.shop.books()["orders"]
    permissions = try_permissions(shop.hub.client)
    assert [permission.allowed for permission in permissions] == [True] * 5
    assert shop.shop.books()["orders"] == before
    assert shop.shop.writes == 0


@pytest.mark.parametrize(
    ("resource", "missing"),
    [
        ("Magento_Sales::actions_view", 0),
        ("Magento_Sales::create", 1),
        ("Magento_Sales::comment", 2),
        ("Magento_Customer::customer", 3),
        ("Magento_Backend::store", 4),
    ],
)
def test_a_missing_permission_is_reported_by_name(shop: World, resource: str, missing: int) -> None:
    every = {permission.resource for permission in try_permissions(shop.hub.client)}
    shop.shop.add_integration("limited", every - {resource})
    permissions = try_permissions(shop.connect(integration="limited").client)
    assert [number for number, one in enumerate(permissions) if one.allowed is False] == [missing]
    assert permissions[missing].resource == resource
    assert resource in permissions[missing].text


def test_permissions_of_a_shop_in_trouble_are_unknown(shop: World) -> None:
    shop.shop.set_maintenance(True)
    assert {permission.allowed for permission in try_permissions(shop.hub.client)} == {None}


def test_the_set_up(shop: World) -> None:
    shop.place(30)
    hub = shop.hub.shop
    assert hub.codes() == {0: "admin", 1: "base", 2: "b2b", 3: "b2b", 4: "base"}
    rates, groups, used = hub.tax_rates(), hub.customer_groups(), hub.methods_in_use()
    assert not isinstance(rates, Failure)
    assert {"GB-VAT-20", "US-MI-6"} <= {rate.code for rate in rates}
    assert not isinstance(groups, Failure)
    assert "Wholesale" in {group.code for group in groups}
    assert not isinstance(used, Failure)
    assert "checkmo" in used.payment
    assert used.shipping == ("flatrate_flatrate",)
    assert hub.page_size_limit(100) == 100


def test_point_28_the_page_size_limit_is_reported() -> None:
    assert world(input_limits=InputLimits(page_size=20)).hub.shop.page_size_limit(100) == 20


# Writing back


def test_point_10_the_number_is_stored_once(shop: World) -> None:
    [order] = shop.place(1, "guest")
    before = shop.document(order)
    assert shop.hub.notes.store_number(order, "SO-1001") is None
    after = shop.document(order)
    assert after["ext_order_id"] == "SO-1001"
    for key in ("ext_order_id", "updated_at"):
        before.pop(key, None)
        after.pop(key)
    assert after == before
    now = shop.hub.notes.read_status(order)
    assert isinstance(now, OrderNow)
    assert (now.ext_order_id, now.status) == ("SO-1001", "pending")


def test_point_10_a_number_that_is_too_long_never_gets_there(shop: World) -> None:
    [order] = shop.place(1, "guest")
    failure = shop.hub.notes.store_number(order, "S" * 40)
    assert failure is not None
    assert failure.code is Code.TOO_LONG
    assert shop.shop.writes == 0


def test_point_01_a_comment_leaves_the_status_as_it_is(shop: World) -> None:
    [order] = shop.place(1, "complete")
    now = shop.hub.notes.read_status(order)
    assert isinstance(now, OrderNow)
    assert shop.hub.notes.add_comment(order, "Sage: SO-1001", visible=False, status=now.status) is None
    after = shop.document(order)
    assert (after["status"], after["state"]) == ("complete", "complete")
    assert shop.hub.notes.has_comment(order, "SO-1001") is True


@pytest.mark.parametrize("kind", ["drop_before", "drop_after", "cut_body", "garbage", "login_page"])
def test_a_doubtful_comment_is_looked_up(shop: World, kind: str) -> None:
    [order] = shop.place(1, "guest")
    shop.arm(kind, 1, method="POST")
    failure = shop.hub.notes.add_comment(order, "Sage: SO-1001", visible=False, status="pending")
    assert failure is not None
    assert (failure.group, failure.sent) == (Group.VERIFY_FIRST, True)
    done = len(shop.document(order)["status_histories"]) == 1
    assert shop.hub.notes.has_comment(order, "SO-1001") is done


def test_a_request_that_arrives_twice_is_carried_out_once_and_known_to_be(shop: World) -> None:
    [order] = shop.place(1, "guest")
    shop.arm("duplicate_request", 1, method="POST")
    failure = shop.hub.notes.store_number(order, "SO-1001")
    assert failure is None or failure.group is Group.VERIFY_FIRST
    assert shop.document(order)["ext_order_id"] == "SO-1001"
