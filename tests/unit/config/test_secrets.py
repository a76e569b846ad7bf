from __future__ import annotations

import os
from pathlib import Path

import keyring
import keyring.backend
import keyring.backends.fail
import pytest

from tidegate.config.problem import ConfigurationError
from tidegate.config.secrets import is_inline, resolve, resolve_all
from tidegate.redaction import HIDDEN, redact
from unit.config.configuration_files import ENVIRONMENT, read, whole

WHERE = "stores.main.access_token"


class Memory(keyring.backend.KeyringBackend):
    """A keyring in memory."""

    priority = 1

    def __init__(self) -> None:
        self.entries = {("tidegate", "token"): "from-keyring"}

    def get_password(self, service: str, username: str) -> str | None:
        return self.entries.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.entries[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.entries[service, username]


def refused(reference: str, **environment: str) -> str:
    with pytest.raises(ConfigurationError) as error:
        resolve(reference, WHERE, environment=environment)
    return str(error.value)


def test_from_the_environment() -> None:
    secret = resolve("env:SHOP", WHERE, environment={"SHOP": "shop-secret-1"})
    assert secret.reveal() == "shop-secret-1"
    assert repr(secret) == str(secret) == "<Secret from env:SHOP>"
    assert redact("it is shop-secret-1") == f"it is {HIDDEN}"


def test_a_missing_variable_names_key_reference_and_place() -> None:
    text = refused("env:SHOP")
    assert f"{WHERE}: env:SHOP: no such environment variable" in text
    assert "is empty" in refused("env:SHOP", SHOP="")


def test_from_a_file_without_its_last_newline(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    path.write_text("file-secret\r\n")
    os.chmod(path, 0o600)
    secret = resolve(f"file:{path}", WHERE)
    assert (secret.reveal(), secret.warning) == ("file-secret", "")
    os.chmod(path, 0o644)
    assert f"chmod 600 {path}" in resolve(f"file:{path}", WHERE).warning


def test_files_that_cannot_be_used_say_why(tmp_path: Path) -> None:
    assert "no such file" in refused(f"file:{tmp_path}/nothing")
    assert "relative path" in refused("file:secret")
    assert "cannot be read" in refused(f"file:{tmp_path}")
    (tmp_path / "empty").write_text("\n")
    assert "is empty" in refused(f"file:{tmp_path}/empty")
    (tmp_path / "binary").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in refused(f"file:{tmp_path}/binary")


def test_from_a_keyring() -> None:
    before = keyring.get_keyring()
    try:
        keyring.set_keyring(Memory())
        assert resolve("keyring:tidegate/token", WHERE).reveal() == "from-keyring"
        assert "keyring set tidegate other" in refused("keyring:tidegate/other")
        assert "keyring:service/user" in refused("keyring:tidegate")
        keyring.set_keyring(keyring.backends.fail.Keyring())
        assert "this machine offers no keyring" in refused("keyring:tidegate/token")
    finally:
        keyring.set_keyring(before)


def test_inline_text_is_the_secret_itself() -> None:
    secret = resolve("pass:word-itself", WHERE)
    assert secret.reveal() == "pass:word-itself"
    assert "word" not in repr(secret)
    assert is_inline("pass:word-itself")
    assert not is_inline("env:X")
    assert not is_inline("")


@pytest.mark.parametrize("reference", ["ENV:SHOP", "envs:SHOP", "environment:SHOP", "File:/x"])
def test_a_slip_in_the_scheme_is_not_taken_for_a_password(reference: str) -> None:
    assert "write" in refused(reference)


def test_an_empty_reference_is_an_empty_secret() -> None:
    assert not resolve("", WHERE)


def test_a_user_name_is_not_hidden_in_logs() -> None:
    resolve("env:USER_NAME", "stores.main.username", environment={"USER_NAME": "magento-robot"}, hidden=False)
    assert redact("signed in as magento-robot") == "signed in as magento-robot"


def test_all_secrets_at_once_by_key_and_by_reference() -> None:
    text = whole(("keyring:tidegate/encryption", "env:KEY"))
    configuration = read(text).configuration
    secrets = resolve_all(configuration, environment={**ENVIRONMENT, "KEY": "encryption-key"})
    assert set(secrets.by_key) == {"hub.encryption_key", WHERE, "companies.uk.client_id"}
    assert secrets("env:KEY") == "encryption-key"
    assert secrets("client") == "client"
    assert secrets("") == ""
    assert "encryption-key" not in repr(secrets)
    with pytest.raises(KeyError):
        secrets("env:OTHER")


def test_everything_that_is_missing_is_reported_at_once() -> None:
    text = whole(("keyring:tidegate/encryption", "env:KEY"))
    with pytest.raises(ConfigurationError) as error:
        resolve_all(read(text).configuration, environment={}, file="tidegate.toml")
    assert [problem.key for problem in error.value.problems] == ["hub.encryption_key", WHERE]
