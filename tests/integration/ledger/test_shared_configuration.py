"""All workers share one configuration; who has another one does not work."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.ledger.conftest import Ledger
from integration.ledger.making import NOW
from tidegate.config.digest import digest
from tidegate.ledger import shared_configuration
from tidegate.ledger.database import transaction
from tidegate.ledger.shared_configuration import OtherConfiguration


def test_the_first_says_which_and_another_one_refuses(sqlite: Ledger) -> None:
    with transaction("test"):
        shared_configuration.agree("a" * 64, NOW)
        shared_configuration.agree("a" * 64, NOW)
    with pytest.raises(OtherConfiguration, match="--new-configuration"), transaction("test"):
        shared_configuration.agree("b" * 64, NOW)
    shared_configuration.check("a" * 64)
    with transaction("test"):
        shared_configuration.agree("b" * 64, NOW, replace=True)
    with pytest.raises(OtherConfiguration, match="use another configuration"):
        shared_configuration.check("a" * 64)


def test_the_digest_is_of_what_the_file_says(tmp_path: Path) -> None:
    said = '[hub]\nledger = "{}"\n[connections.web]\nstore = "{}"\n'
    one, two, three = (tmp_path / name for name in ("one", "two", "three"))
    one.write_text(said.format("postgresql://a/b", "main"))
    two.write_text("# another machine\n" + said.format("postgresql://c/b", "main"))
    three.write_text(said.format("postgresql://a/b", "other"))
    assert digest(one) == digest(two) != digest(three)
