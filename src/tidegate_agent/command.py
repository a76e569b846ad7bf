"""``tidegate-agent``: run, selftest, drain, resume, health, secret, certificate, service."""

from __future__ import annotations

import argparse
import getpass
import json
import logging
import signal
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TextIO

from tidegate_agent import VERSION
from tidegate_agent.certificate import make as make_certificate
from tidegate_agent.client import ask
from tidegate_agent.clock import MachineClock
from tidegate_agent.findings import Findings
from tidegate_agent.platforms import this_platform
from tidegate_agent.platforms.platform import NotHere, Platform
from tidegate_agent.recording import RecordingWorker
from tidegate_agent.running import RunningAgent
from tidegate_agent.sage100 import selftest as sage100
from tidegate_agent.sage100.agent import Agent
from tidegate_agent.sage300 import selftest as sage300
from tidegate_agent.sage300.agent import GatewayAgent
from tidegate_agent.secret_store import SecretStore
from tidegate_agent.settings import Settings, SettingsError, load
from tidegate_agent.windows_service import run_service

SERVICE, TITLE = "TidegateAgent", "Tidegate agent for Sage"


def run() -> None:
    """The entry point."""
    sys.exit(main(sys.argv[1:]))


def main(argv: Sequence[str], platform: Platform | None = None) -> int:
    """Exit code: 0 done, 1 Sage or the agent said no, 2 wrong settings or use."""
    asked = _parser().parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    try:
        done: int = asked.do(asked, platform if platform is not None else this_platform())
    except (SettingsError, NotHere) as error:
        print(f"tidegate-agent: {error}", file=sys.stderr)
        return 2
    return done


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("tidegate-agent", description=__doc__)
    parser.add_argument("--version", action="version", version=VERSION)
    commands = parser.add_subparsers(required=True)

    def command(name: str, do: Callable[..., int], text: str) -> argparse.ArgumentParser:
        one = commands.add_parser(name, help=text, description=text)
        one.add_argument("--settings", type=Path, default=Path("agent.toml"), help="the settings file")
        one.set_defaults(do=do)
        return one

    command("run", _run, "Serve until stopped.")
    test = command("selftest", _selftest, "Try every call on a TEST company, and record what Sage answers.")
    test.add_argument("--company", required=True, help="a company for tests, not your live one")
    test.add_argument("--division", default="00", help="Sage 100: the customer's division")
    test.add_argument("--location", default="", help="Sage 300: where the item is shipped from")
    test.add_argument("--order-option", default="", help="Sage 300: the optional field of orders")
    test.add_argument("--line-option", default="", help="Sage 300: the optional field of lines")
    test.add_argument("--customer", required=True)
    test.add_argument("--item", required=True)
    test.add_argument("--transcript", type=Path, default=Path("transcript.jsonl"))
    test.add_argument("--write", action="store_true", help="write one order and delete it again")
    for name, text in (
        ("drain", "Drop every session; take no work until resumed."),
        ("resume", "Take work again."),
        ("health", "Show how the running agent is."),
    ):
        command(name, _ask, text).set_defaults(path=name)
    secret = command("secret", _secret, "Store a secret, asked for or read from standard input.")
    secret.add_argument("name")
    certificate = command(
        "certificate", _certificate, "Make certificate and key for listen.certificate and listen.key."
    )
    certificate.add_argument(
        "--host", required=True, help="name or address by which the hub reaches this machine"
    )
    service = command("service", _service, "Install, remove or run as a Windows service.")
    service.add_argument("action", choices=("install", "remove", "run"))
    service.add_argument("--account", default="", help="DOMAIN\\user that the service runs as")
    return parser


def _run(asked: argparse.Namespace, _platform: Platform) -> int:
    running = RunningAgent(load(asked.settings))

    def stop(_signal: int, _frame: object) -> None:
        threading.Thread(target=running.stop, name="stop").start()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    running.serve()
    return 0


def _selftest(asked: argparse.Namespace, platform: Platform) -> int:
    settings = load(asked.settings)
    running = RunningAgent(settings, listens=False)
    password = running.secrets(settings.sage_password)
    with asked.transcript.open("w", encoding="utf-8") as sink:
        agent = running.agent
        if isinstance(agent, GatewayAgent):
            findings = _tested_300(asked, agent, password, sink)
        else:
            findings = _tested_100(asked, agent, password, sink)
    running.close()
    for name, fact in findings.facts.items():
        print(f"{name}: {fact}")
    for difference in findings.differences:
        print(f"DIFFERS {difference}")
    for problem in findings.problems:
        print(f"PROBLEM {problem}")
    print(f"calls and answers: {asked.transcript}")
    return 1 if findings.problems else 0


def _tested_100(asked: argparse.Namespace, agent: Agent, password: str, sink: TextIO) -> Findings:
    settings = agent.settings
    session = sage100.session_for(
        asked.company,
        settings.sage100,
        password,
        lambda: RecordingWorker(agent.start_worker(), sink),
        settings.seats.drop_limit_s,
    )
    sample = sage100.Sample(asked.division, asked.customer, asked.item)
    test = sage100.SelfTest(settings.sage100, agent.lookup(asked.company), sample, asked.write)
    return test.run(session, agent.today())


def _tested_300(asked: argparse.Namespace, agent: GatewayAgent, password: str, sink: TextIO) -> Findings:
    settings = agent.settings
    session = sage300.session_for(
        asked.company,
        settings.sage300,
        password,
        lambda: RecordingWorker(agent.start_worker(), sink),
        settings.seats.drop_limit_s,
        agent.today,
    )
    sample = sage300.Sample(asked.customer, asked.item, asked.location, asked.order_option, asked.line_option)
    return sage300.SelfTest(sample, asked.write).run(session, agent.today())


def _ask(asked: argparse.Namespace, platform: Platform) -> int:
    settings = load(asked.settings)
    token = SecretStore(settings.secrets_path, platform)(settings.listen.tokens[0])
    method = "GET" if asked.path == "health" else "POST"
    try:
        status, answer = ask(settings.listen, token, method, f"/v1/{asked.path}")
    except OSError as error:
        print(
            f"no agent answers on {settings.listen.address}:{settings.listen.port}: {error}", file=sys.stderr
        )
        return 1
    print(json.dumps(answer, indent=2))
    return 0 if status == 200 and answer.get("done", True) else 1


def _secret(asked: argparse.Namespace, platform: Platform) -> int:
    settings = load(asked.settings)
    value = getpass.getpass(f"{asked.name}: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    if not value:
        raise SettingsError("an empty secret is not stored")
    SecretStore(settings.secrets_path, platform).store(asked.name, value)
    print(f"stored {asked.name}")
    return 0


def _certificate(asked: argparse.Namespace, _platform: Platform) -> int:
    folder = asked.settings.resolve().parent
    mark = make_certificate(asked.host, folder / "agent.crt", folder / "agent.key", MachineClock())
    print(f"wrote {folder / 'agent.crt'} and {folder / 'agent.key'}; SHA-256 for the hub: {mark}")
    return 0


def _service(asked: argparse.Namespace, platform: Platform) -> int:
    path = asked.settings.resolve()
    if asked.action == "run":
        run_service(SERVICE, TITLE, lambda: RunningAgent(_checked(path)))
        return 0
    if asked.action == "install":
        _checked(path)
        password = ""
        if not asked.account.endswith("$"):  # a managed account has none
            password = (
                getpass.getpass(f"Password of {asked.account}: ")
                if sys.stdin.isatty()
                else sys.stdin.readline().strip()
            )
        command = [sys.executable, "-m", "tidegate_agent", "service", "run", "--settings", str(path)]
        done = platform.install_service(SERVICE, TITLE, command, asked.account, password)
    else:
        done = platform.remove_service(SERVICE)
    print("\n".join(done))
    return 0


def _checked(path: Path) -> Settings:
    return load(path)
