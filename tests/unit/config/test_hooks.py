"""A shop's hooks are believed by a secret that nobody guesses, or by a public key, and only where somebody listens."""

from __future__ import annotations

from unit.config.configuration_files import problems, warnings, whole

STORE = "[stores.main]\n"


def with_hook(key: str, value: str) -> str:
    return whole((STORE, f'{STORE}{key} = "{value}"\n'))


def test_a_secret_that_can_be_guessed_and_a_private_key_are_refused() -> None:
    weak = problems(with_hook("hook_secret", "short"))
    assert [(each.key, each.found) for each in weak] == [
        ("stores.main.hook_secret", "the token is easy to guess")
    ]
    private = problems(with_hook("hook_key", "-----BEGIN PRIVATE KEY-----"))
    assert [(each.key, each.found) for each in private] == [("stores.main.hook_key", "no public key")]


def test_a_hook_that_nobody_hears_is_reported() -> None:
    secret, text = "a-long-and-random-secret-4711", with_hook("hook_secret", "env:HOOK")
    assert warnings(text, HOOK=secret)["stores.main.hook_secret"] == "[api] does not listen"
    listening = f'{text}\n[api]\nlisten = "127.0.0.1:8090"\n'
    assert "[api] does not listen" not in warnings(listening, HOOK=secret).values()
