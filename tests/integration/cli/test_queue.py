"""`queue`: what waits, and what an operator does with it. Everything twice is harmless."""

from __future__ import annotations

import pytest

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.ledger import database, delivery, intake
from tidegate.ledger.delivery import NewDelivery
from tidegate.ledger.intake import SourceRow


@pytest.fixture
def held(terminal: Terminal) -> Terminal:
    """Three orders paid by a method that is not mapped, and a confirmed one."""
    terminal.write_config(text=ONE_PAYMENT)
    terminal.sell(3, method="banktransfer")
    terminal.sell(1, method="checkmo")
    terminal.cycle()
    return terminal


def labels(terminal: Terminal, *filters: str) -> list[str]:
    return [row["label"] for row in terminal.json("queue", "list", *filters)["deliveries"]]


def test_the_list_leaves_out_what_is_finished(held: Terminal) -> None:
    assert labels(held, "--flow", "orders") == ["000000001", "000000002", "000000003"]
    assert len(labels(held, "--flow", "orders", "--all")) == 4


def test_filters(held: Terminal) -> None:
    assert labels(held, "--state", "confirmed") == ["000000004"]
    assert len(labels(held, "--state", "held", "--state", "confirmed")) == 4
    assert len(labels(held, "--code", "unmapped-payment")) == 3
    assert labels(held, "--label", "000000002") == ["000000002"]
    assert labels(held, "--older-than", "1h") == []
    held.world.clock.advance(2 * 3600)
    assert len(labels(held, "--older-than", "1h", "--flow", "orders")) == 3


def test_pages(held: Terminal) -> None:
    first = held.json("queue", "list", "--flow", "orders", "--limit", "2")
    assert [row["label"] for row in first["deliveries"]] == ["000000001", "000000002"]
    second = held.json("queue", "list", "--flow", "orders", "--limit", "2", "--after", str(first["next"]))
    assert [row["label"] for row in second["deliveries"]] == ["000000003"]
    assert second["next"] is None


def test_the_table_says_why(held: Terminal) -> None:
    shown = held.run("queue", "list").output
    assert "waits for payment:banktransfer" in shown
    assert "unmapped-payment" in shown


def test_wrong_filters_are_usage_errors(held: Terminal) -> None:
    assert (
        "unknown state lost; the states are captured, queued"
        in held.run("queue", "list", "--state", "lost", code=2).stderr
    )
    assert "not an interval" in held.run("queue", "list", "--older-than", "yesterday", code=2).stderr
    held.run("queue", "list", "--after", "9" * 20, code=2)
    assert "there is no connection wbe" in held.run("queue", "list", "--connection", "wbe", code=5).stderr


def test_a_filter_that_nothing_is_called_is_an_error_and_no_empty_list(held: Terminal) -> None:
    for filters in (["--flow", "order"], ["--code", "unmaped-payment"]):
        said = held.run("queue", "list", *filters, code=5).stderr
        assert "did you mean" in said, said
    assert (
        "did you mean"
        in held.run("queue", "retry", "--all-of-code", "unmaped-payment", "--yes", code=5).stderr
    )
    assert (
        "did you mean orders?"
        in held.run("queue", "retry", "000000001", "--flow", "order", "--yes", code=5).stderr
    )
    assert held.json("queue", "list", "--code", "refused") == {"deliveries": [], "next": None}


def test_a_number_is_never_the_id_of_another_order(held: Terminal) -> None:
    """Neither where no order has the number yet, nor where the order lacks the step that is named."""
    (order,) = held.deliveries("--label", "000000002")
    last = max(row["id"] for row in held.deliveries())
    assert last > 4, "a delivery whose id, written as a number, is that of no order"
    for name in (str(order["id"]), f"{last:09d}"):
        held.run("queue", "hold", name, "--yes", code=5)
    other = f"{order['id']:09d}"
    for act in (["cancel"], ["hold"], ["skip", "--reason", "test"], ["retry"], ["release"]):
        held.run("queue", act[0], other, *act[1:], "--step", "comment", "--yes", code=5)
    said = held.run("queue", "link", other, "4711", "--step", "cancel", "--yes", code=5).stderr
    assert f"there is no delivery of step cancel for {other}" in said
    assert "queue list --label" in said
    assert held.state_of("000000002") == "held"


def test_an_id_or_key_of_another_step_connection_or_flow_is_not_found(held: Terminal) -> None:
    (order,) = held.deliveries("--label", "000000002")
    for name in (f"id:{order['id']}", order["key"]):
        for other in (["--step", "comment"], ["--connection", "other"], ["--flow", "order-status"]):
            held.run("queue", "cancel", name, *other, "--yes", code=5)
        held.run("queue", "link", name, "4711", "--step", "comment", "--yes", code=5)
    assert held.state_of("000000002") == "held"


def test_show_says_what_is_possible(held: Terminal) -> None:
    (shown,) = held.json("queue", "show", "000000001")["deliveries"]
    assert shown["code"] == "unmapped-payment"
    assert {"release", "cancel", "skip", "link"} <= set(shown["possible"])
    assert "possible:" in held.run("queue", "show", f"id:{shown['id']}").output
    assert held.json("queue", "show", f"#{shown['id']}") == held.json("queue", "show", shown["key"])
    assert "there is no order or delivery 77" in held.run("queue", "show", "77", code=5).stderr


def test_release_twice_is_harmless_and_says_so(held: Terminal) -> None:
    first = held.json("queue", "release", "000000001", "--yes", "--by", "ann")
    assert [row["result"] for row in first["results"]] == ["done"]
    second = held.json("queue", "release", "000000001", "--yes", "--by", "ann")
    assert [row["result"] for row in second["results"]] == ["nothing to do"]
    assert "is queued already: nothing to do" in held.run("queue", "release", "000000001", "--yes").output


def test_retry_of_a_confirmed_order_sends_nothing(held: Terminal) -> None:
    before = len(held.world.sage.company.books()["orders"])
    assert held.json("queue", "retry", "000000004", "--yes")["results"][0]["result"] == "nothing to do"
    held.cycle()
    assert len(held.world.sage.company.books()["orders"]) == before


def test_hold_cancel_and_skip(held: Terminal) -> None:
    held.run("queue", "hold", "000000001", "--yes", "--reason", "asked by phone", "--by", "ann")
    held.run("queue", "hold", "000000001", "--yes")
    assert held.deliveries("--label", "000000001")[0]["reason"] == "asked by phone"
    held.run("queue", "cancel", "000000002", "--yes")
    assert held.state_of("000000002") == "cancelled"
    assert "is cancelled already" in held.run("queue", "cancel", "000000002", "--yes").output
    held.run("queue", "skip", "000000003", "--reason", "a test order", "--yes")
    assert held.state_of("000000003") == "skipped"
    report = held.json("status", code=1)
    assert report["adds_up"]


def test_what_sage_has_cannot_be_cancelled(held: Terminal) -> None:
    result = held.run("queue", "cancel", "000000004", "--yes", code=1)
    assert "refused" in result.output
    assert held.state_of("000000004") == "confirmed"


def test_an_order_means_the_order_and_not_only_the_notes_about_it(held: Terminal) -> None:
    done = held.json("queue", "hold", "000000004", "--yes", code=1)
    assert [(row["step"], row["result"]) for row in done["results"]] == [("order", "refused")]
    done = held.json("queue", "hold", "000000004", "--step", "comment", "--yes")
    assert [(row["step"], row["after"]) for row in done["results"]] == [("comment", "held")]
    done = held.json("queue", "release", "000000004", "--yes")
    assert [(row["step"], row["after"]) for row in done["results"]] == [("comment", "queued")]


def test_a_number_that_two_orders_have_must_be_made_unambiguous(held: Terminal) -> None:
    with held.world.open_hub(), database.transaction("test"):
        now = held.world.clock.now()
        row = SourceRow(
            connection="web", store="main", entity_id=99, increment_id="000000001", revision="", document=""
        )
        twin = NewDelivery(
            connection="web",
            flow="orders",
            step="order",
            key="magento:main:99/order",
            label="000000001",
            source_id=intake.save_sources([row], now)[99],
        )
        delivery.create_many([twin], now)
    result = held.run("queue", "cancel", "000000001", "--yes", code=2)
    assert "several orders have the number 000000001" in result.stderr
    assert "entity 99" in result.stderr
    held.run("queue", "cancel", "magento:main:99/order", "--yes")
    assert sorted(row["state"] for row in held.deliveries("--label", "000000001")) == ["cancelled", "held"]


def test_a_cancelled_order_can_be_taken_up_again(held: Terminal) -> None:
    held.run("queue", "cancel", "000000001", "--yes")
    held.run("queue", "retry", "--all-of-code", "operator", "--yes")
    assert held.state_of("000000001") == "cancelled"
    held.run("queue", "retry", "000000001", "--yes")
    assert held.state_of("000000001") == "queued"


def test_all_of_a_code(held: Terminal) -> None:
    held.write_config()
    done = held.json("queue", "release", "--all-of-code", "unmapped-payment", "--yes")
    assert len(done["results"]) == 3
    assert held.cycle()["confirmed"] == 3
    assert (
        "nothing to do" in held.run("queue", "release", "--all-of-code", "unmapped-payment", "--yes").output
    )


def test_who_did_it_stands_in_the_history(held: Terminal) -> None:
    held.run("queue", "release", "000000001", "--yes", "--by", "ann", "--reason", "account opened")
    (order,) = held.json("trace", "000000001")["orders"]
    last = order["deliveries"][0]["history"][-1]
    assert (last["by"], last["text"], last["after"]) == ("ann", "account opened", "queued")


def test_it_asks_before_it_acts(held: Terminal) -> None:
    assert "nothing was changed" in held.run("queue", "cancel", "000000001", typed="n\n", code=1).stderr
    assert held.state_of("000000001") == "held"
    held.run("queue", "cancel", "000000001", typed="y\n")
    assert held.state_of("000000001") == "cancelled"


def test_nobody_to_ask_is_a_usage_error(held: Terminal) -> None:
    assert "use --yes in scripts" in held.run("queue", "cancel", "000000001", typed="", code=2).stderr


def test_names_or_a_code_and_not_both(held: Terminal) -> None:
    held.run("queue", "retry", "--yes", code=2)
    held.run("queue", "retry", "000000001", "--all-of-code", "refused", "--yes", code=2)
    assert held.json("queue", "retry", "4711", "--yes", code=5)["error"]["exit"] == 5


def test_link_confirms_what_is_in_sage_already(held: Terminal) -> None:
    held.run("queue", "link", "000000001", "0000004711", "--yes", "--by", "ann")
    (order,) = held.json("trace", "0000004711")["orders"]
    assert order["magento"]["increment_id"] == "000000001"
    assert order["deliveries"][0]["state"] == "confirmed"
    assert order["deliveries"][0]["adopted"]
    again = held.json("queue", "link", "000000001", "0000004711", "--yes")
    assert again["results"][0]["result"] == "nothing to do"
    other = held.json("queue", "link", "000000001", "0000004712", "--yes", code=1)
    assert other["results"][0]["result"] == "refused"


def test_link_needs_a_number(held: Terminal) -> None:
    assert "give the number" in held.run("queue", "link", "000000001", "--yes", code=2).stderr
    assert held.run("queue", "link", "4711", "1", "--yes", code=5)
