"""Drafts are checked while they are written: underlines, reasons, better words, the gauge; never in the agent's way."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Request, expect

from tests.live import CHINESE, ENGLISH, NEEDS_CHROMIUM, PHONE, Visit, read, sideways
from tests.writing import (
    HURTS,
    PAUSE,
    Held,
    answer,
    field,
    finding,
    marks,
    own,
    pixels,
    reason,
    selected,
    status,
    written,
)

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def page(visit: Visit) -> Page:
    return visit()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HURTS, "calm down"),
        ("😀👩‍👧 é — you must calm down, 😀!", "calm down"),
        ("😀😀 您冷静一下，我来办。", "您冷静一下"),
        ("Hello Ann,\n\n  you must calm down\n", "calm down"),
    ],
)
def test_the_words_that_hurt_are_underlined_and_no_others(page: Page, text: str, words: str) -> None:
    written(page, text)
    place = len(text[: text.index(words)].encode("utf-16-le")) // 2
    assert marks(page) == [[place, words, "error"]]
    line = own(page).locator(".mirror .error").evaluate("mark => getComputedStyle(mark).textDecoration")
    assert "wavy" in line


WRAPS = (
    "Dear Ms Müller, you must calm down 😀 and  wait,   because office-affiliated waffles fly. "
    + "x" * 130
    + " https://example.org/a/very/long/path?with=parameters&and=more 您冷静一下，这是公司规定（不是我定的）。"
    + "订单号202503031234，等了12天还没到。" * 4
    + "\n\tcalm down\n\n"
)


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["wide", "phone"])
@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_mirror_lies_over_the_field_to_the_pixel(visit: Visit, viewport: Any, text: str) -> None:
    page = visit(viewport=viewport)
    read(page, text)
    written(page, WRAPS)
    page.evaluate("document.activeElement.blur()")
    page.mouse.move(0, 0)
    page.evaluate("for (const m of document.querySelectorAll('.mirror span')) m.style.all = 'unset';")
    shots = []
    for above, below in (("transparent", "black"), ("black", "transparent")):
        own(page).locator(".mirror").evaluate("(one, colour) => { one.style.color = colour; }", above)
        field(page).evaluate("(one, colour) => { one.style.color = colour; }", below)
        shots.append(pixels(own(page).locator(".editor")))
    # Where a mark ends, letters may be set a fraction of a pixel off, and are grey at their edges then.
    assert abs(shots[0] - shots[1]).max() < 0.5


def test_an_answer_for_earlier_words_is_dropped_and_only_one_is_asked_for_at_a_time(page: Page) -> None:
    held = Held(page)
    field(page).fill(HURTS)
    first = held.next(0)
    field(page).fill("Thank you, you must calm down, Ann.")
    field(page).fill("Thank you for telling me.")
    page.wait_for_timeout(2 * PAUSE)
    assert len(held.routes) == 1, "one at a time"
    with page.expect_response("**/lint"):
        first.continue_()
    second = held.next(1)
    assert second.request.post_data_json["text"] == "Thank you for telling me."
    assert marks(page) == []
    expect(status(page)).to_have_text("")
    second.continue_()
    expect(status(page)).to_have_text("Nothing hurts here")
    assert len(held.routes) == 2


def test_underlines_stay_with_their_words_while_the_agent_types_on(page: Page) -> None:
    written(page, HURTS)
    Held(page)
    field(page).press("Control+Home")
    page.keyboard.type("Ann, ")
    assert marks(page) == [[len("Ann, You must "), "calm down", "error"]]
    field(page).press("Control+Home")
    for _ in range(len("Ann, You must ca")):
        page.keyboard.press("ArrowRight")
    page.keyboard.type("x")
    assert marks(page) == [], "other words now"


def test_the_server_is_asked_at_a_pause_and_told_what_the_draft_answers(page: Page) -> None:
    read(page, ENGLISH)
    expect(page.locator(".reply .tension:visible")).to_have_count(3)
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request) if request.url.endswith("/lint") else None)
    with page.expect_response("**/lint"):
        field(page).press_sequentially(HURTS, delay=20)
    assert [request.post_data_json for request in asked] == [{"text": HURTS, "customer_text": ENGLISH}]


def test_findings_are_visited_and_mended_by_keyboard(page: Page) -> None:
    written(page, "You must calm down. I will ring you at four. Ann, calm down.", "2 to mend")
    field(page).press("Control+Home")
    page.keyboard.press("F8")
    assert selected(page) == "calm down"
    expect(reason(page)).to_contain_text("To mend")
    expect(reason(page)).to_contain_text("Tells the customer how to feel")
    expect(reason(page).get_by_text("Rather")).to_be_visible()
    first = field(page).evaluate("area => area.selectionStart")
    page.keyboard.press("F8")
    assert field(page).evaluate("area => area.selectionStart") > first
    page.keyboard.press("Shift+F8")
    assert field(page).evaluate("area => area.selectionStart") == first
    page.keyboard.press("Escape")
    expect(reason(page)).to_be_hidden()
    expect(field(page)).to_be_focused()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowRight")
    expect(reason(page)).to_be_visible()
    page.keyboard.press("Alt+Enter")
    expect(status(page)).to_have_text("1 to mend")
    expect(reason(page)).to_be_hidden()
    assert "must" not in field(page).input_value(), "the clause goes with the words"
    page.keyboard.press("Tab")
    expect(own(page).locator(".next")).to_be_focused()


@pytest.mark.parametrize("command", [True, False], ids=["as typed", "where browsers no longer can"])
def test_better_words_take_the_place_of_those_that_hurt(page: Page, command: bool) -> None:
    written(page, HURTS)
    if not command:
        page.evaluate("document.execCommand = () => false")
    page.keyboard.press("F8")
    better = reason(page).locator(".better").inner_text().removeprefix("Rather ").rstrip(".?!")
    with page.expect_response("**/lint"):
        reason(page).get_by_role("button", name="Use this").click()
    assert field(page).input_value().startswith(better)
    expect(field(page)).to_be_focused()
    assert field(page).evaluate("area => area.selectionStart") >= len(better)
    expect(status(page)).to_have_text("Nothing hurts here")
    assert marks(page) == []
    if command:
        page.keyboard.press("Control+z")
        expect(field(page)).to_have_value(HURTS)
        expect(own(page).locator(".mirror .error")).to_have_text("calm down")


def test_a_dismissed_finding_stays_away_from_this_draft_alone(page: Page) -> None:
    read(page, ENGLISH)
    written(page, HURTS)
    page.keyboard.press("F8")
    reason(page).get_by_role("button", name="Dismiss").click()
    expect(status(page)).to_have_text("Nothing hurts here")
    assert marks(page) == []
    with page.expect_response("**/lint"):
        field(page).press("End")
        page.keyboard.type(" Now.")
    expect(status(page)).to_have_text("Nothing hurts here")
    page.locator(".reply .draft").first.fill(HURTS)
    expect(page.locator(".reply .check").first).to_have_text("1 to mend")


def test_without_an_edit_there_is_nothing_to_take(page: Page) -> None:
    text = "Calm down, Ann."
    found = [finding(text, "Calm down", edit=None), finding(text, "Ann", severity="suggestion", kind="house_rule")]
    page.route("**/lint", lambda route: route.fulfill(json=answer(*found)))
    written(page, text, "1 to mend, 1 to weigh")
    page.keyboard.press("F8")
    expect(reason(page).get_by_role("button")).to_have_text(["Dismiss"])
    page.keyboard.press("Alt+Enter")
    expect(field(page)).to_have_value(text)
    page.keyboard.press("F8")
    expect(reason(page)).to_contain_text("Against a rule of your house")


def middle(mark: Locator) -> tuple[float, float]:
    """Of the first of its lines."""
    left, top, width, height = mark.evaluate(
        "m => { const r = m.getClientRects()[0]; return [r.x, r.y, r.width, r.height]; }"
    )
    return left + width / 2, top + height / 2


def test_the_mouse_over_the_words_asks_for_the_reason(page: Page) -> None:
    written(page, "Dear Ann, " * 12 + HURTS)
    mark = own(page).locator(".mirror .error")
    x, y = middle(mark)
    page.mouse.move(x, y - 60)
    page.wait_for_timeout(PAUSE)
    expect(reason(page)).to_have_count(0)
    page.mouse.move(x, y)
    expect(reason(page)).to_be_visible()
    page.mouse.move(*middle(reason(page)), steps=8)
    page.wait_for_timeout(PAUSE)
    expect(reason(page)).to_be_visible()
    page.mouse.move(5, 5)
    expect(reason(page)).to_be_hidden()


def test_a_reason_leaves_the_line_that_is_being_typed_to_be_seen(page: Page) -> None:
    written(page, f"{HURTS}\nand this is typed just now")
    page.mouse.move(*middle(own(page).locator(".mirror .error")))
    expect(reason(page)).to_be_visible()
    box, lines = reason(page).bounding_box(), field(page).bounding_box()
    assert box and lines
    two_lines = own(page).locator(".mirror").evaluate("mirror => 2 * parseFloat(getComputedStyle(mirror).lineHeight)")
    assert box["y"] >= lines["y"] + two_lines or box["y"] + box["height"] <= lines["y"] + two_lines / 2


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_on_a_phone_a_tap_asks_and_nothing_is_covered_or_sideways(visit: Visit, text: str) -> None:
    page = visit(viewport=PHONE, has_touch=True)
    read(page, text)
    written(page, "Dear Ann, " * 9 + HURTS + " Thank you." * 4)
    mark = own(page).locator(".mirror .error")
    mark.scroll_into_view_if_needed()
    page.touchscreen.tap(*middle(mark))
    expect(reason(page)).to_be_visible()
    box, words = reason(page).bounding_box(), mark.bounding_box()
    assert box and words
    assert box["y"] >= words["y"] + words["height"] or box["y"] + box["height"] <= words["y"]
    assert box["x"] >= 0 and box["x"] + box["width"] <= PHONE["width"]
    own(page).locator("h2").tap()
    expect(reason(page)).to_be_hidden()
    own(page).locator(".tension summary").tap()
    expect(own(page).locator(".tension li").first).to_be_visible()
    assert sideways(page) <= 0
