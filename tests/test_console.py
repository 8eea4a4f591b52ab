"""The console's pages: sign in, paste, read, correct, look up; each sees what is theirs."""

from __future__ import annotations

import re

import pytest
from fastapi.testclient import TestClient

from copilot.playbooks.model import KINDS
from copilot.store import Cases, Database
from tests.personas import HOST, Personas, Visitor

THREAT = "Order A-4471 is three weeks late and I will sue you in court."
CASE_ID = re.compile(r'data-case="([0-9a-f]+)"')
SUGGESTION_ID = re.compile(r'data-suggestion="([0-9a-f]+)"')


@pytest.fixture
def agent(personas: Personas) -> Visitor:
    return personas.visitor("agent")


def case_of(page: str) -> str:
    found = CASE_ID.search(page)
    assert found
    return found.group(1)


@pytest.mark.parametrize("path", ["/", "/playbooks", "/playbooks/stance.critic", "/cases/x"])
def test_a_visitor_is_led_to_the_sign_in_page(personas: Personas, path: str) -> None:
    answer = personas.visitor("nobody").get(path, follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in"


@pytest.mark.parametrize("path", ["/", "/outcomes/x", "/cases/x/delete", "/sign-out"])
def test_a_visitor_can_send_nothing(personas: Personas, path: str) -> None:
    answer = personas.visitor("nobody").send(path, {"text": THREAT}, follow_redirects=False)
    assert answer.status_code in (303, 403, 422)
    assert THREAT not in answer.text


def test_a_program_of_ours_that_is_signed_out_is_told_so(personas: Personas) -> None:
    nobody = personas.visitor("nobody")
    answer = nobody.send("/", {"text": THREAT}, headers={"X-Requested-With": "fetch"})
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("key", "says"), [("lh_wrong", "unknown or revoked"), ("", "Paste your access key")])
def test_a_wrong_key_signs_nobody_in(personas: Personas, key: str, says: str) -> None:
    nobody = personas.visitor("nobody")
    answer = nobody.send("/sign-in", {"access_key": key})
    assert answer.status_code == 422
    assert says in answer.text
    assert nobody.get("/", follow_redirects=False).status_code == 303


def test_a_key_with_blanks_around_it_signs_in(personas: Personas) -> None:
    secret = personas.visitor("agent").secret
    nobody = personas.visitor("nobody")
    assert nobody.send("/sign-in", {"access_key": f"  {secret}\n"}).status_code == 200
    assert nobody.get("/").status_code == 200


def test_signing_out_ends_the_session(agent: Visitor) -> None:
    assert agent.send("/sign-out").status_code == 200
    assert agent.get("/", follow_redirects=False).status_code == 303


def test_a_revoked_key_ends_its_sessions(personas: Personas, agent: Visitor) -> None:
    assert agent.get("/").status_code == 200
    personas.keys.revoke(personas.key("agent").id)
    assert agent.get("/", follow_redirects=False).status_code == 303
    assert agent.send("/", {"text": THREAT}, follow_redirects=False).status_code in (303, 403)


def test_the_session_cookie_is_no_ones_to_read_or_forge(personas: Personas) -> None:
    http = TestClient(personas.app, base_url=HOST)
    cookie = http.get("/sign-in").headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    agent = personas.visitor("agent")
    session = agent.http.cookies["levelhead_session"]
    assert agent.secret not in session
    forged = TestClient(personas.app, base_url=HOST, cookies={"levelhead_session": session[:-3] + "abc"})
    assert forged.get("/", follow_redirects=False).status_code == 303


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/", {"text": THREAT}),
        ("/sign-in", {"access_key": "lh_x"}),
        ("/sign-out", {}),
        ("/language", {"code": "zh"}),
        ("/cases/x/delete", {}),
        ("/outcomes/x", {}),
    ],
)
@pytest.mark.parametrize("token", [{}, {"csrf": ""}, {"csrf": "wrong"}, {"csrf": "é"}])
def test_a_form_of_another_site_is_refused(
    agent: Visitor, database: Database, path: str, fields: dict[str, str], token: dict[str, str]
) -> None:
    answer = agent.http.post(path, data={**fields, **token})
    assert answer.status_code == 403
    assert list(Cases(database).export()) == []


def test_a_token_of_another_session_is_refused(personas: Personas, agent: Visitor) -> None:
    other = personas.visitor("agent-2")
    assert agent.http.post("/", data={"text": THREAT, "csrf": other.csrf}).status_code == 403


def test_the_token_may_come_in_a_header(agent: Visitor) -> None:
    answer = agent.http.post("/", data={"text": THREAT}, headers={"X-CSRF-Token": agent.csrf})
    assert answer.status_code == 200


def test_a_message_is_answered_on_the_page(agent: Visitor) -> None:
    page = agent.read(THREAT, channel="email").text
    assert page.count('class="draft"') == 3
    assert "Hand this over" in page
    assert "<mark" in page
    assert "A-4471" in page


def test_the_page_works_without_javascript_and_keeps_what_was_typed(agent: Visitor) -> None:
    page = agent.read(THREAT, channel="chat", tier="vip").text
    assert f"{THREAT}</textarea>" in page
    assert '<option value="chat" selected>' in page
    assert '<option value="vip" selected>' in page


def test_our_own_script_gets_the_parts_alone(agent: Visitor) -> None:
    answer = agent.send("/", {"text": THREAT}, headers={"X-Requested-With": "fetch"})
    assert "<html" not in answer.text
    assert all(f'data-part="{name}"' in answer.text for name in ("left", "right", "recent"))


@pytest.mark.parametrize(
    ("text", "says"),
    [("", "empty"), (" \n", "empty"), ("\u200b", "no visible"), ("a" * 50_001, "50"), ("\0PNG", "binary")],
)
def test_what_cannot_be_read_is_said_on_the_page(agent: Visitor, database: Database, text: str, says: str) -> None:
    answer = agent.read(text)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert says in answer.text
    assert list(Cases(database).export()) == []


@pytest.mark.parametrize(
    "fields", [{"channel": "fax"}, {"tier": "gold"}, {"turn_role": "bot", "turn_text": "x"}, {"turn_role": ""}]
)
def test_a_choice_that_we_did_not_offer_is_refused(agent: Visitor, fields: dict[str, str]) -> None:
    assert agent.read(THREAT, **fields).status_code == 422


def test_an_earlier_case_shows_what_was_answered_then(agent: Visitor) -> None:
    page = agent.read(THREAT).text
    again = agent.get(f"/cases/{case_of(page)}")
    assert again.status_code == 200
    assert SUGGESTION_ID.findall(again.text) == SUGGESTION_ID.findall(page)
    assert f"/cases/{case_of(page)}" in agent.get("/").text, "it stands among the recent ones"


@pytest.mark.parametrize(
    ("who", "sees"), [("agent-2", False), ("trainer", True), ("supervisor", True), ("admin", True)]
)
def test_an_agents_cases_are_theirs_and_the_trainers(personas: Personas, agent: Visitor, who: str, sees: bool) -> None:
    page = agent.read(THREAT).text
    case_id = case_of(page)
    other = personas.visitor(who)
    assert (f"/cases/{case_id}" in other.get("/").text) == sees
    assert other.get(f"/cases/{case_id}").status_code == (200 if sees else 403)
    reread = other.read("Thank you!", case_id=case_id, turn_role=["customer"], turn_text=["Thank you!"])
    assert reread.status_code == (200 if sees else 403)
    gone = other.send(f"/cases/{case_id}/delete", follow_redirects=False)
    assert gone.status_code == (303 if sees else 403)


def test_a_case_that_is_not_there_is_said_so_on_a_page(agent: Visitor) -> None:
    answer = agent.get("/cases/nothing")
    assert answer.status_code == 404
    assert "<html" in answer.text
    assert answer.headers["content-type"].startswith("text/html")


THREAD = "Customer: my kettle leaks\nAgent: We will ring you.\nCustomer: Thank you!"


def test_a_thread_is_taken_apart_for_correction(agent: Visitor) -> None:
    page = agent.read(THREAD).text
    assert page.count('name="turn_role"') == 3
    assert page.count('class="badge"') == 1, "what is newest is marked"


def test_corrected_turns_are_read_again_in_the_same_case(agent: Visitor, database: Database) -> None:
    first = agent.read(THREAD).text
    corrected = agent.read(
        "",
        case_id=case_of(first),
        turn_role=["customer", "agent", "noise", "customer"],
        turn_text=["my kettle leaks", "We will ring you.", "-- \nAnn", "I will sue you in court."],
    )
    assert corrected.status_code == 200
    assert case_of(corrected.text) == case_of(first)
    assert "flag-legal" in corrected.text
    (kept,) = Cases(database).export()
    assert [(t["role"], t["text"]) for t in kept["turns"]] == [
        ("customer", "my kettle leaks"),
        ("agent", "We will ring you."),
        ("customer", "I will sue you in court."),
    ]
    assert len(kept["suggestions"]) == 2


def test_turns_without_a_customer_cannot_be_read(agent: Visitor) -> None:
    answer = agent.read("", turn_role=["agent", "noise"], turn_text=["We ring you.", "x"])
    assert answer.status_code == 422
    assert "customer" in answer.text


def test_words_of_the_agent_after_the_customers_last_stay_a_turn(agent: Visitor, database: Database) -> None:
    agent.read("", turn_role=["customer", "agent"], turn_text=["my kettle leaks", "We will ring you."])
    (kept,) = Cases(database).export()
    assert sorted(t["text"] for t in kept["turns"]) == ["We will ring you.", "my kettle leaks"]


def test_a_deleted_case_is_gone(agent: Visitor, database: Database) -> None:
    case_id = case_of(agent.read(THREAT).text)
    agent.send(f"/cases/{case_id}/delete")
    assert list(Cases(database).export()) == []
    assert agent.get(f"/cases/{case_id}").status_code == 404


def tell(visitor: Visitor, suggestion_id: str, **fields: str) -> int:
    """Post an outcome as our own script does."""
    headers = {"X-CSRF-Token": visitor.csrf, "X-Requested-With": "fetch"}
    return visitor.http.post(f"/outcomes/{suggestion_id}", json=fields, headers=headers).status_code


def test_what_the_agent_did_is_kept(agent: Visitor, database: Database) -> None:
    suggestion_id = SUGGESTION_ID.findall(agent.read(THREAT).text)[0]
    assert tell(agent, suggestion_id, action="edited", style="warm", text="Dear Ann") == 201
    assert tell(agent, suggestion_id, action="stance_corrected", type="loyalist") == 201
    (kept,) = Cases(database).export()
    assert [outcome["action"] for outcome in kept["suggestions"][0]["outcomes"]] == ["edited", "stance_corrected"]


@pytest.mark.parametrize(("who", "status"), [("agent-2", 403), ("trainer", 201)])
def test_only_trainers_tell_of_the_suggestions_of_others(
    personas: Personas, agent: Visitor, who: str, status: int
) -> None:
    suggestion_id = SUGGESTION_ID.findall(agent.read(THREAT).text)[0]
    assert tell(personas.visitor(who), suggestion_id, action="copied") == status


def test_every_card_can_be_looked_up(agent: Visitor, personas: Personas) -> None:
    page = agent.get("/playbooks").text
    cards = personas.app.state.server.copilot.catalogue.cards
    assert all(f'href="/playbooks/{card_id}"' in page for card_id in cards)
    for kind in KINDS:
        card_id = next(id_ for id_, card in cards.items() if card.kind == kind)
        whole, inside = (
            agent.get(f"/playbooks/{card_id}", headers=h).text for h in ({}, {"X-Requested-With": "fetch"})
        )
        assert card_id in whole
        assert "<html" in whole
        assert "<html" not in inside
    assert agent.get("/playbooks/stance.nothing").status_code == 404
