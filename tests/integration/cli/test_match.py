"""`match`: the first load over the simulated shop and company."""

from __future__ import annotations

from pathlib import Path

from integration.cli.terminal import Terminal
from tidegate.ledger import customers


def test_products_of_one_sku_are_certain(terminal: Terminal) -> None:
    report = terminal.json("match", code=1)
    assert report["counts"]["product"]["certain"] > 0
    pair = next(each for each in report["pairs"] if each["match"] == "certain" and each["kind"] == "product")
    assert (pair["rule"], pair["store_id"]) == ("sku", pair["company_id"])


def test_decisions_go_out_and_come_back(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    report = terminal.json("match", "--export", str(file), code=1)
    assert file.stat().st_mode & 0o777 == 0o600  # names of people
    (person, *_) = [each for each in report["pairs"] if each["kind"] == "customer"]
    text = file.read_text(encoding="utf-8")
    changed = "\n".join(
        line if not line.startswith(f"customer,{person['store_id']},") else line_for(person["store_id"])
        for line in text.splitlines()
    )
    file.write_text(changed + "\n", encoding="utf-8")
    for _ in range(2):
        done = terminal.json("match", "--import", str(file))
        assert done["linked"] >= 1
    with terminal.world.open_hub():
        known = customers.find("web", "base", [person["store_id"]])
    assert [(each.account, each.how) for each in known.values()] == [("WEB", "operator")]


def test_an_e_mail_alone_is_for_a_person_to_decide(terminal: Terminal) -> None:
    report = terminal.json("match", code=1)
    (person, *_) = [each for each in report["pairs"] if each["kind"] == "customer"]
    assert (person["rule"], person["match"]) == ("email", "likely")


def line_for(customer_id: str) -> str:
    return f"customer,{customer_id},,WEB,,,,,yes"


def test_a_wrong_line_is_named_and_nothing_is_taken(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "decisions.csv"
    terminal.json("match", "--export", str(file), code=1)
    with file.open("a", encoding="utf-8") as stream:
        stream.write("customer,99999,,WEB,,,,,yes\n")
    result = terminal.run("match", "--import", str(file), code=1)
    assert "the store has no customer '99999'" in result.stderr
    assert "nothing was imported: 1 lines" in result.stderr


def test_a_closed_company_is_left_alone(terminal: Terminal) -> None:
    terminal.run("halt", "web", "--reason", "stocktaking")
    assert "stocktaking" in terminal.run("match", code=6).stderr


def test_a_file_that_is_not_there_is_named_and_no_other_form_asked_for(
    terminal: Terminal, tmp_path: Path
) -> None:
    said = terminal.run("match", "--import", str(tmp_path / "nope.csv"), code=1).stderr
    assert "nope.csv: No such file or directory" in said
    assert "UTF-8" not in said
    (tmp_path / "latin.csv").write_bytes("Größe".encode("latin-1"))
    assert (
        "save it as CSV in UTF-8"
        in terminal.run("match", "--import", str(tmp_path / "latin.csv"), code=1).stderr
    )
