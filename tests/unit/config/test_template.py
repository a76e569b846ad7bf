from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args, get_type_hints

import msgspec
import pytest

from tidegate.config import model
from tidegate.config.flow_rules import FLOWS
from tidegate.config.questions import answers_of, questions_of
from tidegate.config.reading import Loaded, loads
from tidegate.config.template import Answers, render, variables
from tidegate.domain.orders.extras import LINES, PAYMENTS
from tidegate.sage.rooms import PRODUCTS, SETTINGS

PRODUCT = PRODUCTS[0]
QUESTIONS = questions_of(PRODUCTS)
SINCE = datetime(2026, 3, 2, 10, 15, tzinfo=UTC)
ANSWERS = Answers(
    store_url="https://shop.example",
    since=SINCE,
    guest_account="WEB",
    product=PRODUCT,
    room={**PRODUCT.unasked, "site_id": "s", "company_id": "1"},
)


def read(answers: Answers, text: str | None = None) -> Loaded:
    environment = {name: f"value of {name}" for name in variables(answers)}
    path = Path("/etc/tidegate/tidegate.toml")
    return loads(text or render(answers), path=path, environment=environment, settings=SETTINGS)


def uncommented(text: str) -> str:
    """The template with every commented-out key switched on, one of two where they exclude each other."""
    text = re.sub(r"(?m)^#(?=[a-z_\"\[])", "", text)
    return re.sub(r"(?m)^cron = .*$", "", text)


#: What flows back from Sage: off until somebody switches it on.
BACK = set(FLOWS) - {"orders", "order-status"}


def struct_keys(kind: type[msgspec.Struct]) -> Iterator[str]:
    for name, hint in get_type_hints(kind).items():
        yield name
        for inner in (hint, *get_args(hint)):
            if isinstance(inner, type) and issubclass(inner, msgspec.Struct):
                yield from struct_keys(inner)


def test_what_init_writes_loads_without_a_word() -> None:
    loaded = read(ANSWERS)
    assert loaded.warnings == ()
    connection = loaded.configuration.connections["web"]
    assert connection.capture.since == SINCE
    assert set(connection.flows) == {"orders", "order-status"}


def test_every_commented_key_may_be_switched_on() -> None:
    read(ANSWERS, uncommented(render(ANSWERS)))


def test_the_commented_defaults_are_the_defaults() -> None:
    def plain(loaded: Loaded) -> Any:
        return msgspec.to_builtins(loaded.configuration)

    switched_on, written = plain(read(ANSWERS, uncommented(render(ANSWERS)))), plain(read(ANSWERS))
    examples = {
        *(f"connections.web.flows.{flow}" for flow in BACK),
        "connections.web.fulfilment.carriers",
        *(f"connections.web.stock.{key}" for key in ("warehouses", "group_buffers", "sku_buffers")),
        *(f"connections.web.accounts.{key}" for key in ("attributes", "tax_groups")),
        "connections.web.prices.groups",
        "connections.web.statuses",
        "api.token",
        "api.metrics_token",
        *(f"stores.main.{key}" for key in ("hook_secret", "hook_key")),
        "notify.targets",
        *(f"console.openid.{key}" for key in ("server_url", "client_id", "client_secret")),
        "companies.uk.closed",
        "companies.uk.subscription_key",
        "companies.uk.subscription_key_secondary",
        "connections.web.skip_skus",
        *(f"connections.web.amounts.{source}" for source in (*PAYMENTS, *LINES, "custom_fees", "fields")),
        "connections.web.skus",
        "connections.web.customers.accounts",
        "connections.web.tax.destinations",
        "connections.web.revenue.accounts",
        "connections.web.revenue.groups",
        *(f"stores.main.{key}" for key in ("username", "password")),
    }
    assert set(differences(written, switched_on, "")) == examples


def differences(one: Any, other: Any, key: str) -> Iterator[str]:
    if isinstance(one, dict) and isinstance(other, dict) and one:
        for name in one.keys() | other.keys():
            yield from differences(one.get(name), other.get(name), f"{key}.{name}" if key else name)
    elif one != other:
        yield key


def test_every_key_of_the_model_is_in_the_file() -> None:
    text = render(ANSWERS)
    for key in ("product", *struct_keys(model.Configuration), *struct_keys(PRODUCT.settings)):
        assert re.search(rf"(?m)(^#?{key} = |^#?\[+[^\]]*\b{key}\b)", text), key


@pytest.mark.parametrize("auth", get_args(get_type_hints(model.Store)["auth"]))
@pytest.mark.parametrize("public", [False, True])
def test_every_way_to_sign_in_can_be_written(auth: str, public: bool) -> None:
    room = {**ANSWERS.room, "public_client": "yes" if public else "no"}
    answers = msgspec.structs.replace(ANSWERS, auth=auth, room=room)
    assert read(answers).warnings == ()


def test_names_and_texts_are_quoted_where_toml_asks_for_it() -> None:
    answers = msgspec.structs.replace(
        ANSWERS, store="shop-2", connection="b2b", payments=("*", "pay_pal"), shipping_charge='P&P "UK"'
    )
    connection = read(answers).configuration.connections["b2b"]
    assert connection.shipping["*"].charge == 'P&P "UK"'
    assert set(connection.payments) == {"*", "pay_pal"}
    assert "TIDEGATE_SHOP_2_ACCESS_TOKEN" in render(answers)


def test_the_moment_must_be_aware() -> None:
    with pytest.raises(ValueError, match="aware"):
        render(msgspec.structs.replace(ANSWERS, since=SINCE.replace(tzinfo=None)))


def test_the_questions_make_the_answers() -> None:
    answers = answers_of(
        {"store_url": "https://shop.example", "payments": "checkmo, banktransfer"},
        since=SINCE,
        products=PRODUCTS,
    )
    assert answers.payments == ("checkmo", "banktransfer")
    assert {warning.key for warning in read(answers).warnings} == {
        "companies.uk.site_id",
        "companies.uk.company_id",
        "connections.web.customers.guest_account",
    }


def test_the_questions_cover_the_answers() -> None:
    own = {question.id for question in PRODUCT.questions}
    assert {question.id for question in QUESTIONS} - own == set(Answers.__struct_fields__) - {
        "since",
        "room",
        # of the sandboxes only
        *("secrets_folder", "tax_destinations", "rounding_tax_code", "rounding_account", "known"),
    }


def test_what_the_sandboxes_add_is_read() -> None:
    answers = msgspec.structs.replace(
        ANSWERS,
        tax_codes=(),
        tax_destinations=(("US", "Michigan", "MI SALES"), ("US", "", "NONTAX")),
        rounding_tax_code="NT",
    )
    (connection,) = read(answers).configuration.connections.values()
    assert [(each.region, each.schedule) for each in connection.tax.destinations] == [
        ("Michigan", "MI SALES"),
        ("", "NONTAX"),
    ]
    assert connection.rounding.tax_code == "NT"
    for question in QUESTIONS:
        assert question.default is None or question.problem(question.default) == ""
        assert question.problem(" ") == ("" if question.default == "" else "an answer is required")


#: Answers to questions that come with another's answer only.
GOES_WITH = {"ca_file": "/etc/tidegate/ca.pem", "pinned_certificate": "ab" * 32}


def test_every_choice_of_every_question_makes_a_file_that_loads() -> None:
    for question in QUESTIONS:
        for choice in question.choices:
            given = {"store_url": "https://shop.example", "guest_account": "WEB", question.id: choice}
            given |= {
                each.id: GOES_WITH[each.id] for each in QUESTIONS if (question.id, choice) == each.only_with
            }
            read(answers_of(given, since=SINCE, products=PRODUCTS))


@pytest.mark.parametrize(
    ("question", "answer", "problem"),
    [
        ("store_url", "http://shop.example", "plain http"),
        ("store_url", "https://shop.example/rest/V1", "without /rest"),
        ("store", "My Shop", "small letters"),
        ("auth", "oauth", "allowed are oauth1, token, admin"),
        ("company_time_zone", "London", "unknown time zone"),
        ("currency", "pounds", "three capital letters"),
        ("every", "15", "15m"),
    ],
)
def test_a_wrong_answer_is_refused_with_what_to_write(question: str, answer: str, problem: str) -> None:
    (asked,) = [each for each in QUESTIONS if each.id == question]
    assert problem in asked.problem(answer)
    with pytest.raises(ValueError, match=question):
        answers_of({"store_url": "https://shop.example", question: answer}, since=SINCE, products=PRODUCTS)


def test_the_web_account_rule_needs_an_account() -> None:
    (asked,) = [each for each in QUESTIONS if each.id == "guest_account"]
    assert asked.problem("", {"unknown": "web-account"}) == "an answer is required"
    assert asked.problem("", {"unknown": "hold"}) == ""
