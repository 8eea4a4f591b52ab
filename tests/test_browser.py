"""The console in a real browser, as an agent uses it: paste, read, copy, look up, correct."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Route, expect

from tests.live import (
    CHINESE,
    ENGLISH,
    NEEDS_CHROMIUM,
    PHONE,
    Site,
    Visit,
    brightness,
    clipboard,
    draft,
    read,
    sideways,
)

pytestmark = NEEDS_CHROMIUM


def test_a_wrong_key_is_explained(visit: Visit) -> None:
    page = visit(signed_in=False, expects="422")
    page.fill("#access_key", "lh_wrong")
    with page.expect_response("**/sign-in"):
        page.keyboard.press("Enter")
    expect(page.locator("#fault")).to_contain_text("unknown or revoked")


@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_a_pasted_message_is_read_with_ctrl_enter(page: Page, text: str) -> None:
    read(page, text)
    expect(page.locator(".stance-name")).not_to_be_empty()
    expect(page.locator(".message")).to_have_text(text)
    expect(page.locator(".message mark").first).to_be_visible()
    expect(page.locator(".reply")).to_have_count(3)
    expect(page.locator(".banner")).to_contain_text("Hand this over")
    assert all(draft(page, number) for number in range(3))
    assert page.locator("#message").input_value() == text, "what was pasted stays"


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_number_copies_that_reply(page: Page, number: int) -> None:
    read(page, ENGLISH)
    page.keyboard.press(str(number + 1))
    expect(page.locator("[data-copy-reply]").nth(number)).to_have_text("Copied")
    assert clipboard(page) == draft(page, number)


def test_a_number_in_a_text_is_a_number(page: Page) -> None:
    read(page, ENGLISH)
    page.locator(".draft").first.press("1")
    page.focus("#message")
    page.keyboard.press("1")
    expect(page.locator("[data-copy-reply]").first).to_have_text("Copy")


def test_a_blank_is_announced_before_a_reply_is_copied(page: Page) -> None:
    read(page, ENGLISH)
    page.evaluate("navigator.clipboard.writeText('before')")
    reply = page.locator(".reply").first
    reply.locator(".draft").fill("You will hear from me [[when]] about [[what]].")
    expect(reply.locator(".blanks")).to_contain_text("when")
    reply.locator("[data-copy-reply]").click()
    expect(reply.locator("[data-copy-reply]")).to_have_text("Copy anyway")
    assert clipboard(page) == "before"
    reply.locator(".blank").first.click()
    page.keyboard.type("at four")
    expect(reply.locator(".draft")).to_have_value("You will hear from me at four about [[what]].")
    reply.locator("[data-copy-reply]").click()
    assert clipboard(page) == "before", "a change asks for another look"
    reply.locator("[data-copy-reply]").click()
    expect(reply.locator("[data-copy-reply]")).to_have_text("Copied")
    assert clipboard(page) == "You will hear from me at four about [[what]]."


def test_what_was_copied_is_kept_as_it_was_sent(page: Page, site: Site) -> None:
    read(page, ENGLISH)
    page.locator(".draft").nth(1).fill("Dear Ann, I am on it.")
    with page.expect_response("**/outcomes/*") as told:
        page.locator("[data-copy-reply]").nth(1).click()
    assert told.value.status == 201
    (outcome,) = site.outcomes()
    assert (outcome["action"], outcome["style"], outcome["text"]) == ("edited", "warm", "Dear Ann, I am on it.")


def test_a_corrected_stance_is_kept(page: Page, site: Site) -> None:
    read(page, ENGLISH)
    page.click(".correct summary")
    right = page.locator("[data-correct]").first
    code = right.get_attribute("data-correct")
    with page.expect_response("**/outcomes/*") as told:
        right.click()
    assert told.value.status == 201
    (outcome,) = site.outcomes()
    assert (outcome["action"], outcome["type"]) == ("stance_corrected", code)
    expect(page.locator(f".stance-name.type-{code}")).to_be_visible()
    expect(page.locator(".reply")).to_have_count(3)


def test_what_is_wrong_with_a_reply_is_kept(page: Page, site: Site) -> None:
    read(page, ENGLISH)
    reply = page.locator(".reply").first
    reply.locator("[data-wrong]").click()
    reply.locator("select[name=reason]").select_option("tone")
    reply.locator("input[name=note]").fill("too cold")
    with page.expect_response("**/outcomes/*") as told:
        page.keyboard.press("Enter")
    assert told.value.status == 201
    (outcome,) = site.outcomes()
    assert (outcome["action"], outcome["reason"]) == ("rejected", "tone: too cold")


def test_a_changed_reply_can_be_set_back(page: Page) -> None:
    read(page, ENGLISH)
    before = draft(page)
    page.locator(".draft").first.fill("something else")
    page.locator("[data-reset]").first.click()
    assert draft(page) == before
    expect(page.locator("[data-reset]").first).to_be_hidden()


def test_the_handoff_note_can_be_copied(page: Page) -> None:
    read(page, ENGLISH)
    page.locator("summary", has_text="Handoff note").click()
    page.click("[data-copy=handoff]")
    expect(page.locator("#toast")).to_have_text("Copied")
    assert clipboard(page).startswith("Handoff note")


def test_a_card_opens_beside_the_answer_and_closes_again(page: Page) -> None:
    read(page, ENGLISH)
    link = page.locator(".reply a[data-card]").first
    link.click()
    expect(page.locator("#drawer")).to_be_visible()
    expect(page.locator("#drawer h1")).to_have_text(link.inner_text())
    page.keyboard.press("Escape")
    expect(page.locator("#drawer")).to_be_hidden()
    expect(page.locator(".reply")).to_have_count(3)


def test_n_starts_anew_and_a_slash_leads_to_the_message(page: Page) -> None:
    read(page, ENGLISH)
    page.keyboard.press("n")
    expect(page.locator("#message")).to_be_focused()
    expect(page.locator(".reply")).to_have_count(0)
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    expect(page.locator("#message")).to_be_focused()


def test_n_leaves_the_message_empty(page: Page) -> None:
    read(page, ENGLISH)
    page.keyboard.press("n")
    page.wait_for_function("document.activeElement.id === 'message'")
    assert page.locator("#message").input_value() == ""


def test_a_thread_is_corrected_and_read_again(page: Page) -> None:
    read(page, f"Customer: {ENGLISH}\nAgent: We will ring you.\nCustomer: Thank you!")
    page.locator("select[name=turn_role]").nth(2).select_option("noise")
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        page.locator("#turns button").last.click()
    expect(page.locator(".message")).to_have_text(ENGLISH)


def test_when_the_server_is_away_nothing_typed_is_lost(visit: Visit) -> None:
    page = visit(expects="ERR_FAILED")
    page.route("**/", lambda route: route.abort() if route.request.method == "POST" else route.continue_())
    page.fill("#message", ENGLISH)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#toast")).to_contain_text("does not answer")
    expect(page.locator("#message")).to_have_value(ENGLISH)
    expect(page.locator("#reader .primary")).to_be_enabled()


def test_an_answer_that_comes_too_late_is_not_shown(page: Page) -> None:
    held: list[Route] = []
    page.route("**/", lambda route: held.append(route) if route.request.method == "POST" else route.continue_())
    page.fill("#message", ENGLISH)
    page.keyboard.press("Control+Enter")
    expect(page.locator("#reader .primary")).to_be_disabled()
    page.click("[data-new]")
    (route,) = held
    with page.expect_response(lambda answer: answer.request.method == "POST"):
        route.continue_()
    expect(page.locator("#reader .primary")).to_be_enabled()
    expect(page.locator(".reply")).to_have_count(0)


def test_a_hostile_message_runs_nothing(page: Page) -> None:
    text = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script> I will sue you"
    read(page, text)
    expect(page.locator(".message")).to_have_text(text)
    page.click(".cases a")
    expect(page.locator(".message")).to_have_text(text)
    expect(page.locator(".reply")).to_have_count(3)
    assert "/cases/" in page.url
    assert "taken" not in page.title()


@pytest.mark.parametrize("path", ["/", "/playbooks", "/playbooks/stance.critic"])
def test_a_narrow_screen_does_not_scroll_sideways(visit: Visit, path: str) -> None:
    page = visit(viewport=PHONE)
    page.goto(path)
    assert sideways(page) <= 0
    if path == "/":
        for text in (
            ENGLISH,
            CHINESE,
            "x" * 500 + " I will sue you",
            f"Customer: {ENGLISH}\nAgent: ok\nCustomer: and?",
        ):
            read(page, text)
            page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
            assert sideways(page) <= 0, text[:40]


def test_a_dark_system_gets_a_dark_page_and_the_choice_stays(visit: Visit) -> None:
    assert brightness(visit(color_scheme="light")) > 200
    page = visit(color_scheme="dark")
    assert brightness(page) < 80
    page.click("button[data-theme]")
    assert brightness(page) > 200
    page.reload()
    assert brightness(page) > 200


def test_the_language_is_switched_on_the_page(page: Page) -> None:
    page.click("button[name=code]")
    expect(page.locator("label[for=message]")).to_have_text("客户消息")
    read(page, ENGLISH)
    expect(page.locator(".banner")).to_contain_text("转交")


def test_without_javascript_the_page_works_too(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.fill("#message", ENGLISH)
    page.click("#reader .primary")
    expect(page.locator(".reply")).to_have_count(3)
    expect(page.locator("#message")).to_have_value(ENGLISH)
