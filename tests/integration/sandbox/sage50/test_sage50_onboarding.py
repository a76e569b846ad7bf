"""Developers and applications (contract section 2)."""

from __future__ import annotations

import pytest

from integration.sandbox.sage50.platform_world import APPLICATION, HOST, SECRET, sage50

REQUEST = {"name": "Dev", "email": "dev@hub.example", "company": "Hub", "application": APPLICATION}


def test_registration_captcha_and_mail_bring_both_ids() -> None:
    world = sage50(connected=False)
    answer = world.http.post("/api/developers", json=REQUEST)
    assert answer.status_code == 201
    url = answer.json()["registrationUrl"]
    assert url.startswith(f"{HOST}/")
    assert world.sim("mail") == []
    page = world.http.get(url)
    assert page.headers["Content-Type"].startswith("text/html")
    assert "robot" in page.text
    [mail] = world.sim("captcha", {"url": url})
    assert mail["to"] == "dev@hub.example"
    assert world.passcode((mail["developerId"], mail["applicationId"]))["passcode"]
    world.http.post(url)
    assert len(world.sim("mail")) == 1


def test_without_the_captcha_there_is_no_developer() -> None:
    world = sage50(connected=False)
    world.http.post("/api/developers", json=REQUEST)
    answer = world.http.post("/api/developers/dev-1/applications", json=APPLICATION)
    assert (answer.status_code, answer.json()["code"]) == (404, "developerNotFound")


@pytest.mark.parametrize("prefix", ["/api/developers", "/developers", "/API/DEVELOPERS"])
def test_further_applications_with_and_without_api_in_the_path(prefix: str) -> None:
    world = sage50(connected=False)
    developer, first = world.register()
    answer = world.http.post(f"{prefix}/{developer}/applications", json={**APPLICATION, "name": "Second"})
    assert answer.status_code == 201
    second = answer.json()["applicationId"]
    assert second != first
    assert world.passcode((developer, second))["passcode"]


def test_files_and_keys_have_api_in_their_path() -> None:
    world = sage50()
    assert world.call("GET", "/files/ecommerce/products").status_code == 404
    assert world.call("PATCH", "/apikeys", json={}).status_code == 404


@pytest.mark.parametrize("missing", ["name", "email", "application"])
def test_what_a_registration_must_say(missing: str) -> None:
    world = sage50(connected=False)
    body = {name: value for name, value in REQUEST.items() if name != missing}
    answer = world.http.post("/api/developers", json=body)
    assert answer.status_code == 400
    assert answer.json()["details"] == [{"path": missing, "message": "a value is required"}]


def test_an_application_names_its_addresses() -> None:
    world = sage50(connected=False)
    developer, _ = world.register()
    body = {**APPLICATION, "approvalUrl": "not an address", "domains": []}
    answer = world.http.post(f"/api/developers/{developer}/applications", json=body)
    assert {one["path"] for one in answer.json()["details"]} == {"approvalUrl", "domains"}


def test_passcodes_are_for_known_applications_and_real_secrets() -> None:
    world = sage50(connected=False)
    developer, application = world.register()
    path = f"/api/developers/{developer}/applications/{application}/passcodes"
    assert world.http.post(path, json={"secret": "short"}).status_code == 400
    assert world.http.post(path, json={}).status_code == 400
    assert world.http.post(path, content=b"{").json()["code"] == "malformedRequest"
    other = world.http.post(path.replace(application, "app-0"), json={"secret": SECRET})
    assert (other.status_code, other.json()["code"]) == (404, "applicationNotFound")
