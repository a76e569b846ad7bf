"""`init` and `check`: write a configuration, and check that its connections work."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tidegate.cli import exits, showing
from tidegate.cli.complaint import Refused, print_warnings
from tidegate.cli.invocation import here
from tidegate.cli.proving import Sage, with_room
from tidegate.cli.showing import Json, with_progress
from tidegate.simulation.products import USUAL

#: The console's first user of a sandbox.
DEMO = "demo"

if TYPE_CHECKING:
    from tidegate.config.question import Question
    from tidegate.config.template import Answers
    from tidegate.engine.preflight import PreflightLine


def init(
    context: typer.Context,
    answers: Annotated[
        list[str] | None,
        typer.Option(
            "--answers", metavar="FILE|KEY=VALUE", help="Answers instead of questions; may be repeated."
        ),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file, if there is one.")] = False,
    sandbox: Annotated[
        bool,
        typer.Option(
            "--sandbox",
            help=("Ask no questions: write a configuration for `tidegate sandbox` on this machine."),
        ),
    ] = False,
    sandbox_port: Annotated[
        int | None,
        typer.Option(
            "--sandbox-port",
            envvar="TIDEGATE_SANDBOX_PORT",
            min=1,
            max=65533,
            help="The simulated store's port, as given to `tidegate sandbox --port`; Sage's is the next.",
        ),
    ] = None,
    sage: Sage = USUAL.name,
    as_json: Json = False,
) -> None:
    """Ask a few questions and write a commented configuration file."""
    from tidegate.config import reading, template
    from tidegate.config.questions import answers_of
    from tidegate.sage.rooms import PRODUCTS, SETTINGS

    there = here(context)
    if sandbox and answers:
        raise typer.BadParameter("--sandbox needs no answers", param_hint="--sandbox")
    if not sandbox and sage != USUAL.name:
        remedy = f"--sage names the simulated product of --sandbox; for a company of your own: --answers product={sage}"
        raise typer.BadParameter(remedy, param_hint="--sage")
    if there.config.exists() and not force:
        raise Refused(
            f"{there.config} exists", "use --force to replace it, or --config for another one", exits.USAGE
        )
    if sandbox:
        from tidegate.cli.sandbox_setup import sandbox_answers, write_secrets

        with_room(sage)
        complete = sandbox_answers(there.config.absolute().parent, there.clock.now(), sandbox_port, sage)
        write_secrets(complete, new_key())
    else:
        given = given_answers(answers) if answers else asked()
        complete = answers_of(given, since=there.clock.now().replace(microsecond=0), products=PRODUCTS)
    text = template.render(complete)
    loaded = reading.loads(text, path=there.config, environment=os.environ, settings=SETTINGS)
    write(there.config, text)
    console: dict[str, str] | None = None
    if sandbox:
        from tidegate.cli.user import first_user

        console = {
            "url": loaded.configuration.console.public,
            "user": DEMO,
            "password": first_user(there, DEMO),
        }
    names = () if complete.secrets_folder else template.variables(complete)
    missing = [name for name in names if not os.environ.get(name)]
    key = new_key() if "TIDEGATE_ENCRYPTION_KEY" in missing else ""
    if as_json:
        document = {
            "file": str(there.config.absolute()),
            "company": complete.company,
            "variables": list(names),
        }
        showing.print_json(
            {**document, "missing": missing, "encryption_key": key or None, "console": console}
        )
        return
    print(f"wrote {there.config}")
    other = [warning for warning in loaded.warnings if "environment variable" not in warning.found]
    print_warnings(other)
    tell_next(missing, key, complete)
    if console and console["password"]:
        print(f"\nThe console, while `tidegate run` runs:  {console['url']}")
        print(f"  user {console['user']}, password {console['password']}")


def tell_next(missing: list[str], key: str, answers: Answers) -> None:
    """Print the next steps, in order."""
    if missing:
        print("\nSet these in the environment that starts tidegate:")
        for name in missing:
            fresh = name.endswith("ENCRYPTION_KEY")
            note = "   # generated now; keep a copy apart from backups" if fresh else ""
            print(f"  {assignment(name, key if fresh else '...', windows=os.name == 'nt')}{note}")
    sign_in = (f"tidegate sign-in {answers.company}",) if answers.product.signs_in else ()
    if answers.product.asks_consent:
        sign_in = (f"tidegate connect {answers.company}",)
    steps = (*sign_in, "tidegate check", "tidegate cycle orders --dry-run", "tidegate run")
    print("\nThen:")
    for step in steps:
        print(f"  {step}")


def assignment(name: str, value: str, *, windows: bool) -> str:
    """The command that sets an environment variable: for PowerShell on Windows, else for a POSIX shell."""
    return f"$env:{name} = '{value}'" if windows else f"export {name}='{value}'"


def new_key() -> str:
    """A new key for the encryption of stored tokens."""
    from cryptography.fernet import Fernet

    return Fernet.generate_key().decode()


def asked() -> dict[str, str]:
    """Ask every question until its answer is valid; the Sage product decides which questions are asked."""
    from tidegate.config.questions import questions_of
    from tidegate.sage.rooms import PRODUCTS

    found: dict[str, str] = {}
    while left := [each for each in questions_of(PRODUCTS, found) if each.id not in found]:
        question = left[0]
        if not question.is_asked(found):
            found[question.id] = ""
            continue
        if len(question.choices) == 1:  # there is only one choice
            found[question.id] = question.choices[0]
            continue
        while True:
            answer = prompt(question)
            problem = question.problem(answer, found)
            if not problem:
                break
            print(f"  {problem}")
        found[question.id] = answer.strip()
    return found


def prompt(question: Question) -> str:
    """Ask one question; Enter accepts its default."""
    choices = f" ({' | '.join(question.choices)})" if question.choices else ""
    answer = typer.prompt(
        f"{question.text}{choices}",
        default=question.default if question.default is not None else "",
        show_default=bool(question.default),
    )
    return str(answer)


def given_answers(given: list[str]) -> dict[str, str]:
    """Answers from TOML files and `key=value` pairs; a later answer overrides an earlier one, unknown keys are refused."""
    from tidegate.config.problem import suggestion
    from tidegate.config.questions import questions_of
    from tidegate.sage.rooms import PRODUCTS

    found: dict[str, str] = {}
    for each in given:
        found |= pair(each) if "=" in each and not Path(each).exists() else read_answers(Path(each))
    questions = questions_of(PRODUCTS, found)
    known = {question.id for question in questions}
    for key in found:
        if key not in known:
            raise typer.BadParameter(
                f"unknown question {key}; {suggestion(key, known)}", param_hint="--answers"
            )
    complete: dict[str, str] = {}
    problems: list[str] = []
    for question in questions:
        answer = found.get(question.id, question.default or "")
        problem = question.problem(answer, complete)
        complete[question.id] = answer
        problems += [f"{question.id}: {problem}"] if problem else []
    if problems:
        raise typer.BadParameter("; ".join(problems), param_hint="--answers")
    return found


def pair(text: str) -> dict[str, str]:
    """Split `key=value`."""
    key, _, value = text.partition("=")
    return {key.strip(): value.strip()}


def read_answers(path: Path) -> dict[str, str]:
    """Read answers from a TOML file; lists become texts with commas, true and false become yes and no."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise typer.BadParameter(f"{path}: {error.strerror}", param_hint="--answers") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise typer.BadParameter(f"{path}: {error}", param_hint="--answers") from None
    return {key: as_answer(value) for key, value in document.items()}


def as_answer(value: object) -> str:
    """A TOML value as a user would type it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ",".join(str(each) for each in value)
    if isinstance(value, Mapping):
        raise typer.BadParameter("an answer must be a plain value, not a table", param_hint="--answers")
    return str(value)


def write(path: Path, text: str) -> None:
    """Write the whole file or nothing, so that nobody reads a half-written configuration."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def check(context: typer.Context, as_json: Json = False) -> None:
    """Check file, ledger, store, company and mappings. Exit 1 on fail."""
    there = here(context)
    with there.hub() as hub:
        from tidegate.engine.preflight import preflight, worst

        lines = with_progress("checking", lambda progress: preflight(hub, there.warnings, progress))
    verdict = worst(lines)
    if as_json:
        showing.print_json({"verdict": verdict, "lines": [asdict(line) for line in lines]})
    else:
        show_lines(lines)
    if verdict == "fail":
        raise typer.Exit(exits.FOUND)


STYLES = {"pass": "green", "warn": "yellow", "fail": "bold red"}


def show_lines(lines: list[PreflightLine]) -> None:
    """Print one line for each finding, below its area, and its remedy under the line."""
    area = ""
    for line in lines:
        if line.area != area:
            area = line.area
            showing.say(area, style="bold")
        showing.paragraph(
            f"{line.verdict:<5} {line.subject}: {line.text}", indent=2, style=STYLES[line.verdict], further=6
        )
        if line.remedy and line.verdict != "pass" and line.remedy not in line.text:
            showing.paragraph(line.remedy, indent=8)
    counts = {verdict: sum(line.verdict == verdict for line in lines) for verdict in STYLES}
    showing.say()
    showing.say(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("init")(init)
    app.command("check")(check)
