"""What strangers wrote into their orders is text on the operator's terminal, end to end."""

from __future__ import annotations

from integration.cli.terminal import ONE_PAYMENT, Terminal
from tidegate.ledger import alerts
from tidegate.ledger.database import transaction

#: Rich would read the first as a closing tag; the second turns text around, colours it and sets the title.
EMAIL = '"\\[/x]"@example.com'
COMPANY = "Ltd\x1b[31m red \x1b]0;title\x07 \u202egnihton\u202c [/bold]"
CONTROLS = ("\x1b", "\x07", "\u202e", "\u202c", "\x9b")


def test_an_order_with_hostile_texts_is_listed_matched_traced_and_alerted(terminal: Terminal) -> None:
    terminal.write_config(text=ONE_PAYMENT)
    (entity_id,) = terminal.sell(1, method="banktransfer")
    order = terminal.world.shop.order(entity_id)
    order.row["customer_email"] = EMAIL
    order.row["customer_firstname"] = COMPANY
    for place in (order.billing, order.shipping):
        assert place is not None
        place |= {"email": EMAIL, "company": COMPANY, "firstname": COMPANY, "lastname": EMAIL}
    (customer,) = terminal.world.register(1)
    people = terminal.world.shop.customers
    people.put({**people.get(customer), "email": EMAIL, "firstname": COMPANY, "lastname": COMPANY})
    terminal.cycle()
    with terminal.world.open_hub(), transaction("test"):
        text = f"{COMPANY} of {EMAIL} waits"
        alerts.raise_alert("test", "web", EMAIL, text, terminal.world.clock.now())
    number = str(order.row["increment_id"])
    calls: dict[tuple[str, ...], int] = {
        ("queue", "list"): 0,
        ("queue", "show", number): 0,
        ("trace", number): 0,
        ("alerts",): 1,
        ("match",): 1,
        ("status",): 1,
        ("erase", "--email", EMAIL): 1,
    }
    for call, code in calls.items():
        shown = terminal.run(*call, code=code).output
        assert not [mark for mark in CONTROLS if mark in shown], call
    assert "[/x]" in terminal.run("alerts", code=1).output  # shown, not swallowed as markup
    for call, code in calls.items():
        shown = terminal.run(*call, "--json", code=code).stdout
        assert not [mark for mark in CONTROLS if mark in shown], call
