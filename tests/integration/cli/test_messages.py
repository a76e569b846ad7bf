"""Messages to people: to a real mail server on loopback, in time, again when they fail, and never with a secret."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from integration.cli.terminal import Terminal
from tidegate.cli.invocation import Invocation
from tidegate.config.notify import Target
from tidegate.domain.alert_kinds import Severity
from tidegate.engine import digest, messages, runner
from tidegate.engine.hub import Hub
from tidegate.ledger import alerts, daily, notifications
from tidegate.ledger.database import transaction
from tidegate.notify import planning
from tidegate.notify.carrier import Message
from tidegate.notify.planning import after_quiet
from tidegate.simulation.world import SharedClock
from tidegate.transport import ClientFactory

PASSWORD = "correct-horse-battery"


@dataclass
class Mailbox:
    """What the mail server took; `refuses` makes it take nothing."""

    mails: list[EmailMessage] = field(default_factory=list)
    refuses: bool = False

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.refuses:
            return "451 try again later"
        self.mails.append(message_from_bytes(envelope.content, policy=policy.default))  # type: ignore[arg-type]
        return "250 taken"


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    """A real server; its port is chosen here, as the controller cannot be given 0."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    box = Mailbox()
    server = Controller(box, hostname="127.0.0.1", port=port)
    server.start()
    yield box, port
    server.stop()


def reported(terminal: Terminal, port: int, more: str = "") -> None:
    """The configuration with one mailbox."""
    url = f"mailto://127.0.0.1:{port}?mode=insecure&from=hub@example.com&to=ops@example.com"
    terminal.write_config(
        text={
            "\n[stores.main]": f'\n[notify]\nlink = "https://hub.example"\n[notify.targets.ops]\nurl = "{url}"\n{more}\n[stores.main]'
        }
    )


def opened(terminal: Terminal) -> AbstractContextManager[Hub]:
    """A hub over the terminal's world."""
    clock, factory = SharedClock(terminal.world.clock), ClientFactory(transport=terminal.world.transport)
    return Invocation(clock=clock, config=terminal.config, factory=factory).hub()


def look(hub: Hub) -> int:
    """Plan, and send what is due, as the hub's main thread lets its sender do."""
    planning.plan(hub.configuration.notify, hub.clock.now())
    return messages.send_due(hub)


def raised(hub: Hub, code: str = "totals-differ", subject: str = "000000001") -> None:
    with transaction("test"):
        alerts.raise_alert(code, "web", subject, "Sage says 1.00, Magento 2.00", hub.clock.now())


def plain(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_an_alert_arrives_once_and_so_does_its_end(terminal: Terminal, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    reported(terminal, port)
    with opened(terminal) as hub:
        raised(hub)
        assert look(hub) == 1
        raised(hub)  # counted, not told again
        assert look(hub) == 0
        (mail,) = box.mails
        assert mail["subject"] == "Tidegate: [warning] totals differ: web 000000001"
        assert "Sage says 1.00, Magento 2.00" in plain(mail)
        assert "https://hub.example" in plain(mail)
        with transaction("test"):
            alerts.clear_alert("totals-differ", "web", "000000001", hub.clock.now())
        assert look(hub) == 1
        assert look(hub) == 0
        assert box.mails[1]["subject"].startswith("Tidegate: [resolved] totals differ")


def test_many_alerts_at_once_are_one_message(terminal: Terminal, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    reported(terminal, port)
    with opened(terminal) as hub:
        for number in range(40):
            raised(hub, subject=f"{number:09}")
        raised(hub, "not-authenticated", "")
        assert look(hub) == 1
    (mail,) = box.mails
    assert mail["subject"] == "Tidegate: 41 alerts, 1 critical"
    assert plain(mail).startswith("[critical] not authenticated: web")
    assert "There are 11 more" in plain(mail)


def test_what_fails_is_tried_again_and_shown_and_the_target_is_an_alert(
    terminal: Terminal, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    reported(terminal, port)
    box.refuses = True
    with opened(terminal) as hub:
        raised(hub)
        assert look(hub) == 0
        assert look(hub) == 0  # not before its time
        assert [each.tries for each in notifications.undelivered()] == [1]
        for minutes in (1, 5):
            terminal.world.clock.advance(minutes * 60 + 1)
            look(hub)
        assert [each.code for each in alerts.open_alerts("")] == ["notification-failed"]
        shown = terminal.run("alerts", code=1).output
        assert "ops was NOT notified (3 tries: the mail server 127.0.0.1" in shown
        box.refuses = False
        terminal.world.clock.advance(15 * 60 + 1)
        assert look(hub) == 1
        assert alerts.open_alerts("") == []
        assert notifications.undelivered() == []
        assert "ops was notified 2026-03-23" in terminal.run("alerts", code=1).output


def test_quiet_hours_let_only_what_is_critical_through(
    terminal: Terminal, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    reported(terminal, port, 'quiet = "08:00-10:00"\ntime_zone = "America/New_York"')  # it is nine there
    with opened(terminal) as hub:
        raised(hub)
        raised(hub, "refused", "000000002")
        raised(hub, "not-authenticated", "")
        assert look(hub) == 1
        assert "not authenticated" in box.mails[0]["subject"]
        with transaction("test"):
            alerts.clear_alert("refused", "web", "000000002", hub.clock.now())
        terminal.world.clock.advance(3600)
        assert look(hub) == 1
        assert box.mails[1]["subject"] == "Tidegate: [warning] totals differ: web 000000001"


def test_who_is_called_only_when_nobody_has_ended_it(
    terminal: Terminal, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    reported(terminal, port, "escalation = true")
    with opened(terminal) as hub:
        raised(hub)
        raised(hub, "refused", "000000002")
        assert look(hub) == 0
        terminal.world.clock.advance(1800)
        with transaction("test"):
            alerts.clear_alert("refused", "web", "000000002", hub.clock.now())
        terminal.world.clock.advance(1801)
        assert look(hub) == 1
    assert box.mails[0]["subject"] == "Tidegate: [warning, still open] totals differ: web 000000001"


def test_roles_severity_and_connections_choose(terminal: Terminal, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    reported(terminal, port, 'roles = ["administrator"]\nseverity = "critical"')
    with opened(terminal) as hub:
        raised(hub)  # for finance
        raised(hub, "credential-expiring", "uk")  # for administrators, a warning
        assert look(hub) == 0
        raised(hub, "fault", "orders")
        assert look(hub) == 1
    assert "error of Tidegate" in box.mails[0]["subject"]


def test_the_test_message_and_a_target_that_does_not_take_it(
    terminal: Terminal, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    reported(terminal, port)
    assert "ops: sent" in terminal.run("alerts", "test").output
    assert box.mails[0]["subject"] == "Tidegate: test of ops"
    box.refuses = True
    (found,) = terminal.json("alerts", "test", "ops", code=1)["targets"]
    assert not found["ok"]
    assert "pager" in terminal.run("alerts", "test", "pager", code=5).stderr
    terminal.write_config()
    assert "nobody is notified of alerts" in terminal.run("alerts", "test", code=3).stderr


def test_no_secret_of_an_address_is_ever_shown(terminal: Terminal, caplog: pytest.LogCaptureFixture) -> None:
    for url in (
        f"mailtos://ops:{PASSWORD}@127.0.0.1:1?to=ops@example.com",
        f"slack://T1JJ3T3L2/{PASSWORD}/TIiajkdnlazkcOXrIdevi7FQ/#ops",
        f"json://hub:{PASSWORD}@127.0.0.1:1/",
        f"nonsense://{PASSWORD}/x",
    ):
        terminal.write_config(
            text={"\n[stores.main]": f'\n[notify.targets.ops]\nurl = "{url}"\n[stores.main]'}
        )
        if url.startswith("slack"):
            continue  # would call its maker
        shown = terminal.run("alerts", "test", code=1)
        assert PASSWORD not in shown.output + shown.stderr + caplog.text


def test_the_digest_comes_once_a_day_as_html_and_text(
    terminal: Terminal, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    reported(terminal, port, "digest = true")
    terminal.sell(2)
    terminal.cycle()
    with opened(terminal) as hub:
        digest.make_due(hub, hub.clock.now())  # nine in New York
        digest.make_due(hub, hub.clock.now())
        assert messages.send_due(hub) == 1
        (mail,) = box.mails
        assert mail.get_content_type() == "multipart/alternative"
        assert "2 confirmed in the last day" in plain(mail)
        html = mail.get_body(("html",))
        assert html is not None
        assert "2 confirmed in the last day" in html.get_content()
        assert "http" not in html.get_content().replace("https://hub.example", "")
        terminal.world.clock.advance(21 * 3600)  # six in the morning
        digest.make_due(hub, hub.clock.now())
        assert messages.send_due(hub) == 0
        terminal.world.clock.advance(3600)
        digest.make_due(hub, hub.clock.now())
        assert messages.send_due(hub) == 1
        assert [each["day"] for each in digest.kept("web")] == ["2026-03-24", "2026-03-23"]


def test_the_running_hub_looks_after_digests_and_messages(
    terminal: Terminal, mailbox: tuple[Mailbox, int]
) -> None:
    box, port = mailbox
    reported(terminal, port, "digest = true")
    with opened(terminal) as hub:
        raised(hub, "fault", "orders")  # one about an order that is not there would be cleared
        runner.keep_watch(hub)
        assert hub.sender is not None
        hub.sender.join()  # the machine may be busy: the test's own limit ends it
        assert notifications.undelivered() == []
        assert [each["day"] for each in digest.kept("web")] == ["2026-03-23"]
    assert sorted(str(mail["subject"]).partition(":")[0] for mail in box.mails) == [
        "Tidegate",
        "Tidegate, web 2026-03-23",
    ]


def test_no_person_stands_in_a_kept_digest(terminal: Terminal) -> None:
    waiting = daily.Waiting(
        "registrations",
        "registration",
        "ann@example.com",
        "held",
        "customer-pending",
        "customer:ann@example.com",
        terminal.world.clock.now(),
    )
    row = digest.waiting_row(waiting, terminal.world.clock.now())
    assert "ann" not in str(row)
    assert daily.nameless("sku:HUB-1") == "sku:HUB-1"


def test_the_digest_by_hand(terminal: Terminal, mailbox: tuple[Mailbox, int]) -> None:
    box, port = mailbox
    reported(terminal, port, "digest = true")
    terminal.sell(1)
    terminal.cycle()
    (document,) = terminal.json("digest", "--send")["digests"]
    assert document["orders"] == {"read": 1, "confirmed": 1, "pending": 0, "confirmed_in_the_day": 1}
    assert document["reconciliation"]["state"] == "not compared"
    assert len(box.mails) == 1
    said = terminal.run("digest").output
    assert "nothing needs a person" in said
    assert "not compared: no reconciliation is scheduled" in said


def test_a_digest_that_was_not_compared_is_not_green(terminal: Terminal) -> None:
    from tidegate.notify import digest_html

    terminal.sell(1)
    terminal.cycle()
    (document,) = terminal.json("digest")["digests"]
    assert digest_html.colour(document) != digest_html.GOOD
    document["reconciliation"] |= {"state": "agrees", "scheduled": True}
    assert digest_html.colour(document) == digest_html.GOOD
    document["person"]["held"] = [{"waits_for": "sku:X", "count": 1}]
    assert digest_html.colour(document) == digest_html.BAD


def test_a_slow_address_keeps_no_cycle_waiting(terminal: Terminal, mailbox: tuple[Mailbox, int]) -> None:
    """The main thread hands over to a sender and goes on at once; a second one is not started meanwhile."""
    import threading

    reported(terminal, mailbox[1])
    go, began = threading.Event(), threading.Event()

    def slow(hub: Hub) -> None:
        began.set()
        go.wait(30)

    with opened(terminal) as hub, pytest.MonkeyPatch.context() as patch:
        patch.setattr(messages, "deliver", slow)
        raised(hub)
        messages.look(hub, lambda *_: None)
        assert began.wait(30)
        first = hub.sender
        terminal.world.clock.advance(60)
        messages.look(hub, lambda *_: None)
        assert hub.sender is first
        go.set()
        assert first is not None
        first.join(30)


def test_two_hubs_over_one_ledger_say_it_once(terminal: Terminal, mailbox: tuple[Mailbox, int]) -> None:
    _, port = mailbox
    reported(terminal, port)
    sent: list[str] = []

    def sending(url: str, message: Message) -> str:
        sent.append(message.title)
        second = replace(hub, holder="elsewhere:1:second")
        assert messages.send_due(second, lambda *_: "") == 0
        return ""

    with opened(terminal) as hub:
        raised(hub)
        planning.plan(hub.configuration.notify, hub.clock.now())
        assert messages.send_due(hub, sending) == 1
    assert len(sent) == 1


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-03-23T21:59", "2026-03-23T21:59"),
        ("2026-03-23T22:00", "2026-03-24T07:00"),
        ("2026-03-24T06:59", "2026-03-24T07:00"),
        ("2026-03-24T07:00", "2026-03-24T07:00"),
        ("2026-03-29T00:30", "2026-03-29T06:00"),  # British Summer Time begins in that night
    ],
)
def test_quiet_hours_end_in_their_own_zone(now: str, due: str) -> None:
    target = Target(url="json://x", quiet="22:00-07:00", time_zone="Europe/London")
    at = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert after_quiet(target, Severity.WARNING, at) == datetime.fromisoformat(due).replace(tzinfo=UTC)
    assert after_quiet(target, Severity.CRITICAL, at) == at
    assert timedelta(0) <= after_quiet(target, Severity.INFO, at) - at < timedelta(hours=9, minutes=1)
