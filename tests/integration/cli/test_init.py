"""`init`: a few questions, one commented file, nothing else."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner, Result

from tidegate.cli.every_command import app
from tidegate.config.questions import questions_of
from tidegate.config.reading import load
from tidegate.sage.rooms import PRODUCTS, SETTINGS

#: Those that are asked unless another's answer calls for more: of one product there is nothing to choose.
QUESTIONS = [each for each in questions_of(PRODUCTS) if len(each.choices) != 1 and each.is_asked({})]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("TIDEGATE_")]:
        monkeypatch.delenv(name)
    return tmp_path


def init(*arguments: str, typed: str | None = None, code: int = 0) -> Result:
    result = CliRunner().invoke(app, ["init", *arguments], input=typed, prog_name="tidegate")
    assert result.exit_code == code, (result.output, result.exception)
    return result


def test_answers_in_the_call_make_a_file_that_loads(here: Path) -> None:
    init(
        "--answers", "store_url=https://shop.example", "--answers", "company=ie", "--answers", "currency=EUR"
    )
    loaded = load(here / "tidegate.toml", environment={}, settings=SETTINGS)
    assert loaded.configuration.stores["main"].url == "https://shop.example"
    assert loaded.configuration.companies["ie"].currency == "EUR"
    since = loaded.configuration.connections["web"].capture.since
    assert since is not None
    assert since.tzinfo is not None
    assert [path.name for path in here.iterdir()] == ["tidegate.toml"]


def test_answers_from_a_file(here: Path) -> None:
    answers = 'store_url = "https://shop.example"\nwebsites = ["base", "b2b"]\npublic_client = true\n'
    (here / "answers.toml").write_text(answers, encoding="utf-8")
    init("--answers", "answers.toml", "--answers", "connection=trade")
    configuration = load(here / "tidegate.toml", environment={}, settings=SETTINGS).configuration
    assert configuration.connections["trade"].websites == ("base", "b2b")
    assert configuration.companies["uk"].client_secret == ""


def test_every_question_is_asked_and_asked_again(here: Path) -> None:
    typed = "ftp://shop\nhttps://shop.example\n" + "\n" * (len(QUESTIONS) - 1)
    shown = init(typed=typed).stdout
    for question in QUESTIONS:
        assert question.text in shown
    assert shown.count(QUESTIONS[0].text) == 2
    assert (
        load(here / "tidegate.toml", environment={}, settings=SETTINGS).configuration.stores["main"].auth
        == "oauth1"
    )


def test_it_says_what_comes_next_and_makes_a_key(here: Path) -> None:
    shown = init("--answers", "store_url=https://shop.example").stdout
    assert "export TIDEGATE_MAIN_CONSUMER_KEY='...'" in shown
    for command in (
        "tidegate sign-in uk",
        "tidegate check",
        "tidegate cycle orders --dry-run",
        "tidegate run",
    ):
        assert command in shown
    document = json.loads(init("--force", "--answers", "store_url=https://shop.example", "--json").stdout)
    assert Fernet(document["encryption_key"])
    assert document["missing"] == document["variables"]


def test_a_key_that_is_set_is_not_made_again(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIDEGATE_ENCRYPTION_KEY", Fernet.generate_key().decode())
    document = json.loads(init("--answers", "store_url=https://shop.example", "--json").stdout)
    assert document["encryption_key"] is None
    assert "TIDEGATE_ENCRYPTION_KEY" not in document["missing"]


def test_it_never_overwrites_unasked(here: Path) -> None:
    (here / "tidegate.toml").write_text("# mine\n", encoding="utf-8")
    assert "tidegate.toml exists" in init("--answers", "store_url=https://shop.example", code=2).stderr
    assert (here / "tidegate.toml").read_text(encoding="utf-8") == "# mine\n"
    init("--force", "--answers", "store_url=https://shop.example")
    assert "shop.example" in (here / "tidegate.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("stor_url=x", 'did you mean "store_url"?'),
        ("edition=gold", "allowed are standard, professional"),
        ("store_url=http://shop.example", "https"),
        ("missing.toml", "No such file"),
    ],
)
def test_wrong_answers_are_usage_errors(here: Path, answer: str, words: str) -> None:
    assert words in init("--answers", answer, code=2).stderr
    assert not (here / "tidegate.toml").exists()


def test_a_simulated_product_without_the_sandbox_is_refused_and_not_forgotten(here: Path) -> None:
    """It wrote the file of another product, and said nothing."""
    refused = init("--sage", "x3", "--answers", "store_url=https://shop.example", code=2)
    assert "--answers product=x3" in refused.stderr
    assert list(here.iterdir()) == []


def test_an_answer_that_is_needed(here: Path) -> None:
    assert "store_url: an answer is required" in init("--answers", "company=ie", code=2).stderr


def test_the_end_of_input_leaves_nothing_behind(here: Path) -> None:
    init(typed="https://shop.example\n", code=1)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    ("answers", "keys"),
    [
        (("network=authority", "ca_file=/etc/tidegate/ca.pem"), {"ca_file": "/etc/tidegate/ca.pem"}),
        (("network=fingerprint", f"pinned_certificate={'ab' * 32}"), {"pinned_certificate": "ab" * 32}),
        (("network=plain-http", "base_url=http://192.168.1.20:8124"), {"plain_http": True}),
        ((), {"ca_file": "", "pinned_certificate": "", "plain_http": False}),
    ],
    ids=["authority", "fingerprint", "plain http", "public"],
)
def test_how_a_server_on_the_own_network_proves_who_it_is(
    here: Path, answers: tuple[str, ...], keys: dict[str, object]
) -> None:
    given = ("store_url=https://shop.example", *answers)
    init(*(part for each in given for part in ("--answers", each)))
    company = load(here / "tidegate.toml", environment={}, settings=SETTINGS).configuration.companies["uk"]
    assert {name: getattr(company, name) for name in keys} == keys


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (("network=authority",), "ca_file: an answer is required"),
        (("network=authority", "ca_file=ca.pem"), "give the whole path"),
        (("network=fingerprint", "pinned_certificate=abc"), "64 hexadecimal digits"),
        (("ca_file=/etc/tidegate/ca.pem",), "it is used only with network=authority"),
        (("base_url=http://192.168.1.20",), "plain http"),
        (("network=plain-http", "base_url=http://sage.example"), "plain http"),
    ],
)
def test_what_goes_with_another_answer_is_refused_by_name(
    here: Path, answers: tuple[str, ...], said: str
) -> None:
    given = ("store_url=https://shop.example", *answers)
    result = init(*(part for each in given for part in ("--answers", each)), code=2)
    assert said in " ".join(result.output.replace("│", " ").split())


def test_what_only_goes_with_another_answer_is_not_asked(here: Path) -> None:
    typed = "https://shop.example\n" + "\n" * len(QUESTIONS)
    shown = init(typed=typed).stdout
    assert "signed its certificate" not in shown
    typed = "https://shop.example\n" + "\n" * 4 + "authority\n/etc/tidegate/ca.pem\n" + "\n" * len(QUESTIONS)
    (here / "tidegate.toml").unlink()
    assert "signed its certificate" in init(typed=typed).stdout
