"""The rotation of keys (contract section 4)."""

from __future__ import annotations

import pytest

from integration.sandbox.sage50.platform_world import Sage50, sage50

PRODUCTS = "/api/files/ecommerce/products"
CALLS = [
    ("GET", PRODUCTS),
    ("POST", "/api/files/ecommerce/orders"),
    ("GET", "/api/files/tracking/up-1"),
]


def status(world: Sage50, key: str) -> int:
    return world.call("GET", PRODUCTS, key=key).status_code


def test_an_expired_key_answers_401_on_everything_but_the_rotation() -> None:
    world = sage50()
    world.wait(minutes=19, seconds=59)
    assert status(world, world.key) == 200
    world.wait(seconds=1)
    for verb, path in CALLS:
        answer = world.call(verb, path, json={} if verb == "POST" else None)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthorized"), path
    assert world.rotate().json()["expiry"] == "2026-03-02T10:40:00Z"


def test_unknown_and_missing_keys_answer_401() -> None:
    world = sage50()
    assert status(world, "ak_unknown") == 401
    assert world.http.get(PRODUCTS).status_code == 401
    assert world.rotate(current="ak_unknown").status_code == 401


def test_keys_are_rotated_from_the_initial_and_the_current_one() -> None:
    world = sage50()
    keys = [world.key]
    for _ in range(5):
        world.wait(minutes=30)
        assert status(world, world.key) == 401
        world.renew()
        assert status(world, world.key) == 200
        keys.append(world.key)
    assert len(set(keys)) == 6
    assert [status(world, key) for key in keys] == [401] * 5 + [200]
    [shown] = world.sim("keys")
    assert (shown["initial"], shown["current"]) == (keys[0], keys[-1])


def test_the_current_key_taken_for_the_initial_one_is_refused() -> None:
    world = sage50()
    world.wait(minutes=20)
    world.renew()
    assert status(world, world.key) == 200
    world.wait(minutes=20)
    answer = world.rotate(initialApikey=world.key)
    assert (answer.status_code, answer.json()["code"]) == (403, "keyMismatch")
    assert world.rotate(current=world.initial).status_code == 401
    assert world.rotate().status_code == 200


def test_a_lost_answer_is_asked_for_again_and_brings_the_same_key() -> None:
    world = sage50()
    world.wait(minutes=20)
    world.arm("drop_after", method="PATCH")
    with pytest.raises(Exception, match="disconnected"):
        world.rotate()
    first = world.rotate().json()
    world.wait(minutes=30)  # the second answer is lost as well, and nobody asks for a while
    second = world.rotate().json()
    assert first["apikey"] == second["apikey"]
    assert status(world, second["apikey"]) == 200
    assert world.rotate().status_code == 401


def test_where_a_replay_is_refused_the_connection_is_lost() -> None:
    world = sage50(rotation_replay="refuse")
    world.wait(minutes=20)
    first = world.rotate().json()["apikey"]
    answer = world.rotate()
    assert (answer.status_code, answer.json()["code"]) == (403, "keyMismatch")
    assert status(world, first) == 401
    assert world.rotate(current=first).status_code == 403
    assert [one["state"] for one in world.sim("keys")] == ["lost"]
    world.sim("sage-upload", {"scope": "products"})  # the consent stands
    assert world.hooks.bodies("fileUpdated")[-1]["version"] == 2
    world.connect()
    assert status(world, world.key) == 200


def test_two_workers_that_rotate_at_once_get_one_key() -> None:
    world = sage50()
    world.wait(minutes=20)
    first, second = world.rotate().json()["apikey"], world.rotate().json()["apikey"]
    assert first == second
    assert status(world, first) == 200
    late = world.rotate()  # a third one, still with the old key, after the new one was used
    assert late.status_code == 401


def test_the_old_key_is_good_until_its_end_or_until_its_successor_is_used() -> None:
    world = sage50()
    world.wait(minutes=5)
    old = world.key
    new = world.rotate().json()["apikey"]
    assert status(world, old) == 200
    assert status(world, new) == 200
    assert status(world, old) == 401
    assert world.rotate(current=old).status_code == 401


def test_a_rotation_with_the_new_key_is_a_use_of_it() -> None:
    world = sage50()
    first = world.rotate().json()["apikey"]
    second = world.rotate(current=first).json()["apikey"]
    assert world.rotate().status_code == 401
    assert status(world, second) == 404  # no file yet, but a good key


def test_a_rotation_before_the_end_may_be_refused() -> None:
    world = sage50(early_rotation="refuse")
    answer = world.rotate()
    assert (answer.status_code, answer.json()["code"]) == (409, "keyInForce")
    world.wait(minutes=20)
    assert world.rotate().status_code == 200


@pytest.mark.parametrize(
    ("rule", "secret", "expected"),
    [
        ("optional", None, 200),
        ("optional", "wrong" * 5, 403),
        ("required", None, 403),
        ("required", "wrong" * 5, 403),
        ("ignored", "wrong" * 5, 200),
    ],
)
def test_the_secret_of_a_rotation(rule: str, secret: str | None, expected: int) -> None:
    world = sage50(rotation_secret=rule)
    body = {"initialApikey": world.initial, **({"secret": secret} if secret else {})}
    answer = world.call("PATCH", "/api/apikeys", json=body)
    assert answer.status_code == expected
    if expected == 403:
        assert answer.json()["code"] == "secretMismatch"


def test_a_key_may_be_rotated_after_a_year_or_only_for_some_days() -> None:
    world = sage50()
    world.wait(days=365)
    assert world.rotate().status_code == 200
    strict = sage50(rotation_days=2)
    strict.wait(days=2)
    assert strict.rotate().status_code == 200
    strict.wait(days=2, minutes=21)
    assert strict.rotate().status_code == 403


def test_a_rotation_says_what_it_lacks() -> None:
    world = sage50()
    answer = world.call("PATCH", "/api/apikeys", json={"secret": "x"})
    assert answer.json()["details"] == [{"path": "initialApikey", "message": "a value is required"}]


def test_keys_expire_several_times_within_one_batch_of_calls() -> None:
    world = sage50(key_minutes=1)
    rotations = 0
    for _ in range(12):
        world.wait(seconds=45)
        if status(world, world.key) == 401:
            world.renew()
            rotations += 1
            assert status(world, world.key) in (200, 404)
    assert rotations == 6


def test_the_control_lets_keys_expire_and_changes_their_rules() -> None:
    world = sage50()
    world.sim("keys", {"expire": True})
    assert status(world, world.key) == 401
    world.sim("keys", {"minutes": 3, "replay": "refuse"})
    assert world.rotate().json()["expiry"] == "2026-03-02T10:03:00Z"
    assert world.rotate().status_code == 403


def test_a_key_that_a_rotation_brings_may_come_without_its_end() -> None:
    world = sage50(expiry_given=False)
    assert set(world.rotate().json()) == {"apikey"}


def test_the_header_of_the_key_may_have_another_name() -> None:
    world = sage50()
    world.sim("options", {"key_header": "X-Api-Key"})
    assert status(world, world.key) == 401
    answer = world.http.get(PRODUCTS, headers={"X-API-KEY": world.key})
    assert answer.status_code == 404


def test_a_key_may_expire_at_any_call_and_rotation_brings_the_next() -> None:
    world = sage50()
    world.arm("key_expired", times=3, path="/products")
    for _ in range(3):
        assert status(world, world.key) == 401
        world.renew()
    assert status(world, world.key) == 404
