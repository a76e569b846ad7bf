"""`tidegate user` makes the console's first user without a browser. In processes of their own: it changes Django."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from documents import check_output

#: Commands one after the other in a process of their own: what they said, and their exit codes.
PROGRAM = """
import json, sys
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from typer.testing import CliRunner
from tidegate.cli.every_command import app
PBKDF2PasswordHasher.iterations = 1
for words in json.load(sys.stdin):
    done = CliRunner().invoke(app, words)
    print(json.dumps([done.exit_code, done.stdout, done.stderr]))
"""


@pytest.mark.process
def test_users_are_made_listed_and_shut_out(tmp_path: Path) -> None:
    commands = [
        ["init", "--sandbox", "--json"],
        ["user", "add", "anna", "--json"],
        ["user", "add", "anna"],
        ["user", "add", "ben", "--connection", "nowhere"],
        ["user", "list", "--json"],
        ["user", "link", "anna", "--json"],
        ["user", "token", "anna", "till", "--scope", "prices", "--json"],
        ["user", "token", "anna", "till", "--take", "--json"],
    ]
    ran = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path,
        input=json.dumps(commands),
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    for words, answer in zip(commands, answers, strict=True):
        check_output(words, answer[1])
    (code, begun, _), added, again, nowhere, listed, linked, made_token, taken = answers
    assert code == 0
    first = json.loads(begun)["console"]
    assert first["user"] == "demo"
    assert len(first["password"]) >= 12
    made = json.loads(added[1])
    assert made["roles"] == "administrator of everything"
    assert made["link"].startswith("http://127.0.0.1:8900/invitation/")
    assert (again[0], "already" in again[2]) == (1, True)
    assert nowhere[0] == 5
    (anna, _demo) = json.loads(listed[1])["users"]
    assert anna["roles"] == [{"role": "administrator", "connection": "*"}]
    assert json.loads(linked[1])["link"].startswith("http://127.0.0.1:8900/invitation/")
    token = json.loads(made_token[1])
    assert (token["scopes"], len(token["token"]) > 20) == (["prices"], True)
    assert json.loads(taken[1]) == {"user": "anna", "name": "till", "revoked": True}
