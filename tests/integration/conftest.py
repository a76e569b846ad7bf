"""For every test that runs commands in its own process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from documents import check_output


@pytest.fixture(scope="session", autouse=True)
def documented() -> Iterator[None]:
    """Whatever a command prints with `--json` is what its schema says."""
    invoke = CliRunner.invoke

    def checked(self: CliRunner, app: Any, args: Any = None, **more: Any) -> Result:
        result = invoke(self, app, args, **more)
        check_output(list(args or ()), result.stdout)
        return result

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(CliRunner, "invoke", checked)
        yield
