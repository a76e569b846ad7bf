"""Secret references: `env:NAME`, `file:/path`, `keyring:service/user`, or the text itself.

The configuration holds references, so that the file can be shown, copied and kept in version control.
What a reference yields is registered for redaction at once, and is never part of a `repr`.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from tidegate.config.model import Configuration
from tidegate.config.problem import ConfigurationError, Problem, joined
from tidegate.config.references import identifier_keys, reference_keys
from tidegate.config.strict import Strict
from tidegate.redaction import remember_secret

SCHEMES = ("env", "file", "keyring")

#: What people write when they mean a scheme.
_NAMES = {
    "env": "env",
    "environ": "env",
    "environment": "env",
    "file": "file",
    "path": "file",
    "keyring": "keyring",
}

#: How shells write a variable: `$NAME`, `${NAME}`, `$env:NAME`, `%NAME%`, and templates `{{ NAME }}`.
_VARIABLE = re.compile(
    r"\$(?:env:)?(\w+)|\$\{(?:env:)?(\w+)\}|%(\w+)%|\{\{\s*(\w+)\s*\}\}", re.ASCII | re.IGNORECASE
)
_SCHEME = re.compile(r"^([A-Za-z]+):(.*)$", re.DOTALL)


@dataclass(frozen=True, slots=True, repr=False)
class Secret:
    """A resolved reference. `reveal()` gives the value; nothing else shows it."""

    reference: str  #: as written, or `inline text`
    _value: str
    warning: str = ""  #: e.g. that everybody on the machine can read the file

    def reveal(self) -> str:
        """The value, to be handed to the system it belongs to and nowhere else."""
        return self._value

    def __repr__(self) -> str:
        return f"<Secret from {self.reference}>"

    __str__ = __repr__

    def __bool__(self) -> bool:
        return bool(self._value)


def is_inline(reference: str) -> bool:
    """Whether `reference` is the secret itself and points nowhere."""
    match = _SCHEME.match(reference)
    return bool(reference) and not (match and match.group(1) in SCHEMES)


def resolve(
    reference: str,
    where: str,
    *,
    environment: Mapping[str, str] | None = None,
    file: str = "configuration",
    hidden: bool = True,
) -> Secret:
    """The secret behind `reference`; `where` is its key path, e.g. `stores.main.access_token`.

    An empty reference is an empty secret, since most keys are optional. `hidden` is False for a name
    that logs may show (`references.Identifier`). Raises ConfigurationError
    that names key, reference and place looked up, never a value.
    """
    if not reference:
        return Secret("nothing", "")
    environment = os.environ if environment is None else environment
    problem = misspelt(reference, where, file)
    if problem:
        raise ConfigurationError([problem])
    if is_inline(reference):
        secret = Secret("inline text", reference)
    else:
        scheme, _, rest = reference.partition(":")
        try:
            secret = {"env": _from_environment, "file": _from_file, "keyring": _from_keyring}[scheme](
                rest, environment
            )
        except _NotFound as reason:
            raise ConfigurationError(
                [Problem(file, where, f"{reference}: {reason.found}", reason.remedy)]
            ) from None
    if hidden:
        remember_secret(secret.reveal())
    return secret


@dataclass(frozen=True, slots=True)
class Secrets:
    """Every secret of a configuration. Calling it turns a reference into its value."""

    by_key: Mapping[str, Secret]  #: key path -> secret; keys without a reference are left out

    def __call__(self, reference: str) -> str:
        """The value behind a reference of the configuration; "" for an empty one."""
        if not reference:
            return ""
        if is_inline(reference):
            return reference
        for secret in self.by_key.values():
            if secret.reference == reference:
                return secret.reveal()
        raise KeyError(f"{reference} is not a reference of this configuration")


def resolve_all(
    configuration: Configuration, *, environment: Mapping[str, str] | None = None, file: str = "configuration"
) -> Secrets:
    """Look up every secret of the configuration.

    Raises one ConfigurationError with everything that is missing.
    """
    secrets: dict[str, Secret] = {}
    problems: list[Problem] = []
    for where, reference, identifier in references(configuration):
        try:
            secrets[where] = resolve(
                reference, where, environment=environment, file=file, hidden=not identifier
            )
        except ConfigurationError as error:
            problems.extend(error.problems)
    if problems:
        raise ConfigurationError(problems)
    return Secrets(secrets)


def references(configuration: Configuration) -> Iterator[tuple[str, str, bool]]:
    """(key path, reference, whether it is an identifier) of every reference that is filled in."""
    tables: list[tuple[str, Strict]] = [("hub", configuration.hub), ("api", configuration.api)]
    tables += [
        (joined("notify", "targets", name), each) for name, each in configuration.notify.targets.items()
    ]
    tables.append(("console.openid", configuration.console.openid))
    tables += [(joined("stores", name), store) for name, store in configuration.stores.items()]
    tables += [(joined("companies", name), company) for name, company in configuration.companies.items()]
    tables += [each for path, table in tables for each in _inner(path, table)]
    for path, table in tables:
        for key in sorted(reference_keys(type(table))):
            reference = getattr(table, key)
            if reference:
                yield f"{path}.{key}", reference, key in identifier_keys(type(table))


def _inner(path: str, table: Strict) -> Iterator[tuple[str, Strict]]:
    """The tables inside a table."""
    for name in table.__struct_fields__:
        inner = getattr(table, name)
        if isinstance(inner, Strict):
            yield f"{path}.{name}", inner


def misspelt(reference: str, where: str, file: str) -> Problem | None:
    """`ENV:NAME`, `environ:NAME` or `$NAME` is a slip, and must not be sent to the other side as a password."""
    if variable := _VARIABLE.fullmatch(reference.strip()):
        name = next(filter(None, variable.groups()))
        found = "a variable in shell notation, which is not replaced here"
        return Problem(file, where, found, f'write "env:{name}"')
    match = _SCHEME.match(reference)
    if match is None or match.group(1) in SCHEMES:
        return None
    close = get_close_matches(match.group(1).lower(), _NAMES, n=1, cutoff=0.7)
    if not close:
        return None
    return Problem(
        file, where, f'a reference that begins with "{match.group(1)}:"', f'write "{_NAMES[close[0]]}:..."'
    )


class _NotFound(Exception):
    def __init__(self, found: str, remedy: str) -> None:
        super().__init__(found)
        self.found = found
        self.remedy = remedy


def _from_environment(name: str, environment: Mapping[str, str]) -> Secret:
    if not name:
        raise _NotFound("names no variable", "write e.g. env:TIDEGATE_ENCRYPTION_KEY")
    value = environment.get(name, "")
    if not value:
        found = (
            "this environment variable is empty" if name in environment else "no such environment variable"
        )
        raise _NotFound(found, f"set {name} in the environment that starts tidegate")
    return Secret(f"env:{name}", value)


def _from_file(name: str, environment: Mapping[str, str]) -> Secret:
    path = Path(name)
    if not path.is_absolute():
        raise _NotFound("a relative path", "give the whole path, e.g. file:/etc/tidegate/secret")
    try:
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
        mode = path.stat().st_mode
    except FileNotFoundError:
        raise _NotFound("there is no such file", "create it, and let only Tidegate's user read it") from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise _NotFound(
            f"the file cannot be read: {reason}", "give Tidegate's user the right to read it"
        ) from None
    if not value:
        raise _NotFound("the file is empty", "write the secret into it")
    open_to_all = bool(mode & stat.S_IROTH)
    warning = f"{path} can be read by every user of this machine: chmod 600 {path}" if open_to_all else ""
    return Secret(f"file:{name}", value, warning)


def _from_keyring(name: str, environment: Mapping[str, str]) -> Secret:
    service, slash, user = name.partition("/")
    if not (slash and service and user):
        raise _NotFound("not of the form keyring:service/user", "write e.g. keyring:tidegate/encryption")
    import keyring  # not before it is needed: looking for a backend takes time and may ask the desktop
    import keyring.errors

    try:
        value = keyring.get_password(service, user)
    except keyring.errors.NoKeyringError:
        remedy = "use env:NAME or file:/path, or install a keyring service"
        raise _NotFound("this machine offers no keyring", remedy) from None
    except keyring.errors.KeyringError as error:
        raise _NotFound(f"the keyring refused: {type(error).__name__}", "unlock it and try again") from None
    if not value:
        raise _NotFound("the keyring has no such entry", f"store it: keyring set {service} {user}")
    return Secret(f"keyring:{name}", value)


_LOOK_UP: dict[str, Callable[[str, Mapping[str, str]], Secret]] = {
    "env": _from_environment,
    "file": _from_file,
    "keyring": _from_keyring,
}
