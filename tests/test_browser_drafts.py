"""Around the drafts: the gauge, copying, the agent's own reply, and where checking must step back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.live import CHINESE, ENGLISH, NEEDS_CHROMIUM, PHONE, Site, Visit, clipboard, read, sideways
from tests.writing import HURTS, PAUSE, Held, answer, field, finding, marks, own, reason, status, written

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit()


@pytest.mark.parametrize(
    ("draft", "way"),
    [(HURTS, "heats"), ("I am sorry, we got this wrong. I will call you today before four.", "cools")],
)
def test_the_gauge_says_where_a_draft_leads_and_why(page: Page, draft: str, way: str) -> None:
    read(page, ENGLISH)
    written(page, draft, "mend" if way == "heats" else "Nothing hurts")
    gauge = own(page).locator(".tension")
    expect(gauge).to_have_attribute("data-way", way)
    score = float(gauge.locator("b").inner_text().replace("−", "-"))
    assert (score < 0) == (way == "heats")
    expect(gauge.locator("summary")).to_have_attribute(
        "aria-label", f"Effect on the customer: {way}, {score:+.2f}. Why?".replace("-", "−")
    )
    bar, track = (gauge.locator(part).bounding_box() for part in (".scale i", ".scale"))
    assert bar and track
    assert (bar["x"] + bar["width"] / 2 < track["x"] + track["width"] / 2) == (way == "heats")
    gauge.locator("summary").click()
    expect(gauge.locator("li.minus" if way == "heats" else "li.plus").first).to_be_visible()
    assert gauge.locator("li").first.inner_text()[0] == ("−" if way == "heats" else "+")


def test_who_comes_to_the_gauge_by_keyboard_sees_the_reasons(page: Page) -> None:
    written(page, HURTS)
    field(page).press("Tab")
    page.keyboard.press("Tab")
    expect(own(page).locator(".tension li").first).to_be_visible()
    page.keyboard.press("Shift+Tab")
    expect(own(page).locator(".tension li").first).to_be_hidden()


def test_the_three_replies_are_looked_at_one_after_the_other_behind_the_page(page: Page) -> None:
    held = Held(page)
    read(page, ENGLISH)
    expect(page.locator(".reply .tension:visible")).to_have_count(0)
    for number in range(3):
        route = held.next(number)
        page.wait_for_timeout(PAUSE)
        assert len(held.routes) == number + 1, "the next one waits"
        assert route.request.post_data_json["text"] == page.locator(".reply .draft").nth(number).input_value()
        route.continue_()
        expect(page.locator(".reply .tension:visible")).to_have_count(number + 1)
    assert page.locator(".reply .check").all_inner_texts() == ["Nothing hurts here"] * 3


def refuse(route: Route, status: int) -> None:
    if status:
        route.fulfill(status=status, json={"detail": "no"}, content_type="application/problem+json")
    else:
        route.abort()


@pytest.mark.parametrize(
    ("code", "says"),
    [(0, "does not answer"), (500, "the server failed"), (502, "the server failed"), (401, "signed out")],
)
def test_without_an_answer_the_draft_is_said_to_be_unchecked_and_stays(visit: Visit, code: int, says: str) -> None:
    page = visit(expects="Failed to load")
    page.route("**/lint", lambda route: refuse(route, code))
    written(page, HURTS, "Not checked")
    expect(status(page)).to_contain_text(says)
    expect(field(page)).to_have_value(HURTS)
    expect(field(page)).to_be_focused()
    expect(own(page).locator(".tension")).to_be_hidden()
    page.unroute("**/lint")
    field(page).press("End")
    page.keyboard.type(" Now.")
    expect(status(page)).to_have_text("1 to mend")
    expect(own(page).locator(".tension")).to_be_visible()


def test_a_failure_leaves_what_was_found_before(visit: Visit) -> None:
    page = visit(expects="Failed to load")
    written(page, HURTS)
    page.route("**/lint", lambda route: route.abort())
    field(page).press("End")
    page.keyboard.type(" Now.")
    expect(status(page)).to_contain_text("Not checked")
    assert [words for _, words, _ in marks(page)] == ["calm down"]


def test_while_an_input_method_is_at_work_nothing_is_asked(page: Page) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/lint") else None)
    field(page).fill("您好，")
    expect(status(page)).to_have_text("Nothing hurts here")
    asked.clear()
    keys = page.context.new_cdp_session(page)
    for typed in ("n", "nin", "nin leng", "nin leng jing yi xia"):
        keys.send("Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)})
        page.wait_for_timeout(PAUSE + 100)
    assert asked == []
    expect(field(page)).to_have_value("您好，nin leng jing yi xia")
    keys.send("Input.insertText", {"text": "您冷静一下。"})
    expect(field(page)).to_have_value("您好，您冷静一下。")
    expect(status(page)).to_have_text("1 to mend")
    assert [request.post_data_json["text"] for request in asked] == ["您好，您冷静一下。"]
    assert marks(page) == [[3, "您冷静一下", "error"]]


def test_a_very_long_draft_is_not_checked_and_says_so(page: Page) -> None:
    held = Held(page)
    field(page).fill("😀" * 20_001)
    expect(status(page)).to_have_text("Not checked: longer than 20,000 characters")
    page.wait_for_timeout(2 * PAUSE)
    assert held.routes == []
    field(page).fill("😀" * 20_000)
    assert len(held.next(0).request.post_data_json["text"]) == 20_000


def test_a_long_draft_full_of_findings_does_not_hold_up_typing(page: Page) -> None:
    text = ("Dear Ann, I am looking into it and you will hear from me at four; calm down. " * 260)[:19_990]
    line = "Dear Ann, I am looking into it and you will hear from me at four; "
    starts = [
        at for at in range(0, len(text), len(line) + len("calm down. ")) if text[at:].startswith(line + "calm down")
    ]
    found = [finding(text, "calm down", start=at + len(line), end=at + len(line) + 9) for at in starts]
    page.route("**/lint", lambda route: route.fulfill(json=answer(*found)))
    written(page, text)
    assert len(marks(page)) == len(found) > 200
    took = field(page).evaluate(
        """area => {
          area.focus();
          area.setSelectionRange(0, 0);
          const started = performance.now();
          for (let n = 0; n < 5; n++) { document.execCommand("insertText", false, "x"); area.offsetHeight; }
          return (performance.now() - started) / 5;
        }"""
    )
    assert took < 400, "milliseconds a key"


def test_what_hurts_is_announced_once_before_it_is_copied(page: Page) -> None:
    page.evaluate("navigator.clipboard.writeText('before')")
    written(page, HURTS)
    copy = own(page).locator("[data-copy-reply]")
    copy.click()
    expect(copy).to_have_text("Copy anyway")
    expect(page.locator("#toast")).to_have_text("Mend first: “calm down”")
    assert clipboard(page) == "before"
    copy.click()
    expect(copy).to_have_text("Copied")
    assert clipboard(page) == HURTS


def test_a_draft_that_only_might_be_better_is_copied_at_once(page: Page) -> None:
    page.route("**/lint", lambda route: route.fulfill(json=answer(finding(HURTS, "calm down", severity="warning"))))
    written(page, HURTS, "1 to weigh")
    own(page).locator("[data-copy-reply]").click()
    expect(own(page).locator("[data-copy-reply]")).to_have_text("Copied")


def test_an_own_reply_is_kept_with_the_case_as_it_was_sent(page: Page, site: Site) -> None:
    read(page, ENGLISH)
    page.keyboard.press("4")
    expect(field(page)).to_be_focused()
    page.keyboard.type("Dear Ann, I am on it.")
    with page.expect_response("**/outcomes/*") as told:
        own(page).locator("[data-copy-reply]").click()
    assert told.value.status == 201
    (outcome,) = site.outcomes()
    assert (outcome["action"], outcome["style"], outcome["text"]) == ("edited", None, "Dear Ann, I am on it.")


def test_an_own_reply_can_be_written_before_anything_is_read_and_stays_for_that_message_only(page: Page) -> None:
    written(page, HURTS)
    read(page, ENGLISH)
    expect(field(page)).to_have_value(HURTS)
    expect(own(page).locator(".tension li.minus")).not_to_have_count(1)
    page.click(".correct summary")
    with page.expect_response(lambda told: told.request.method == "POST" and told.url.endswith("/")):
        page.locator("[data-correct]").first.click()
    expect(field(page)).to_have_value(HURTS)
    page.keyboard.press("F8")
    assert [words for _, words, _ in marks(page)] == ["calm down"]
    read(page, CHINESE)
    expect(field(page)).to_have_value("")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("n")
    expect(page.locator(".reply")).to_have_count(0)
    written(page, HURTS)


def test_the_chinese_page_speaks_chinese(visit: Visit) -> None:
    page = visit(viewport=PHONE)
    page.click("button[name=code]")
    read(page, CHINESE)
    found = [finding("您别急，冷静", "您别急", severity="warning"), finding("您别急，冷静", "冷静")]
    page.route("**/lint", lambda route: route.fulfill(json=answer(*found)))
    written(page, "您别急，冷静", "1 处要改，1 处可斟酌")
    expect(field(page)).to_have_attribute("placeholder", "用您自己的话写，边写边帮您看哪句会伤人。")
    page.keyboard.press("F8")
    expect(reason(page)).to_contain_text("可斟酌 · 劝人冷静")
    expect(reason(page).get_by_role("button")).to_have_text(["换成这句", "忽略"])
    assert sideways(page) <= 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_colours_are_forced_shapes_tell_findings_apart(visit: Visit, scheme: Any) -> None:
    page = visit(forced_colors="active", color_scheme=scheme)
    text = "Calm down, wait a bit, Ann."
    found = [
        finding(text, words, severity=severity)
        for words, severity in (("Calm down", "error"), ("wait", "warning"), ("Ann", "suggestion"))
    ]
    page.route("**/lint", lambda route: route.fulfill(json=answer(*found)))
    written(page, text)
    styles = [
        own(page).locator(f".mirror .{kind}").evaluate("mark => getComputedStyle(mark).textDecorationStyle")
        for kind in ("error", "warning", "suggestion")
    ]
    assert styles == ["wavy", "dashed", "dotted"]
    colour = own(page).locator(".mirror").evaluate("mirror => getComputedStyle(mirror).color")
    assert colour == "rgba(0, 0, 0, 0)", "the words are shown once"


def test_without_javascript_drafts_are_plain_fields(visit: Visit) -> None:
    page = visit(java_script_enabled=False)
    page.fill("#message", ENGLISH)
    page.click("#reader .primary")
    expect(page.locator(".reply")).to_have_count(3)
    field(page).fill(HURTS)
    expect(field(page)).to_have_value(HURTS)
    expect(page.locator(".verdict:visible")).to_have_count(0)
    expect(page.locator(".mirror")).to_have_count(0)
