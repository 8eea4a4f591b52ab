"""What customers write is shown and never obeyed; what we write is in the agent's language."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

import pytest

from tests.personas import Personas, Visitor

TAGS = ("script", "img", "iframe", "svg", "object", "embed", "link", "style", "base", "form")


class Elements(HTMLParser):
    """Counts the elements of a page and looks for handlers in their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.handlers: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.handlers += [name for name, _ in attrs if name.startswith("on")]
        self.handlers += [value for name, value in attrs if name in ("href", "src") and value and ":" in value]

    def handle_data(self, data: str) -> None:
        self.text += data


def parsed(page: str) -> Elements:
    elements = Elements()
    elements.feed(page)
    return elements


@pytest.fixture
def agent(personas: Personas) -> Visitor:
    return personas.visitor("agent")


HOSTILE = [
    "<script>alert(1)</script> my order is late",
    "</textarea><script>alert(1)</script>",
    "</mark></blockquote><img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' onmouseover='alert(1)",
    "<!-- --><iframe src=javascript:alert(1)>",
    "&lt;script&gt; &#60;script&#62; &amp;",
    "<base href=//evil.example><form action=//evil.example>",
    "</title></style><style>*{display:none}</style>",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_markup_in_a_message_is_shown_and_not_obeyed(agent: Visitor, text: str) -> None:
    harmless = parsed(agent.read("my order is late").text)
    message = f"{text} I will sue you, order A-4471"
    page = agent.read(message)
    assert page.status_code == 200
    elements = parsed(page.text)
    for tag in TAGS:
        assert elements.found.count(tag) <= harmless.found.count(tag) + (tag == "form"), tag
    assert elements.handlers == []
    assert text in elements.text
    opened = agent.get("/").text
    assert parsed(opened).handlers == [], "nor in the list of recent cases"


@pytest.mark.parametrize("text", HOSTILE[:5])
def test_markup_in_a_thread_is_shown_and_not_obeyed(agent: Visitor, text: str) -> None:
    one_line = text.replace("\n", " ")
    page = agent.read(f"Customer: {one_line}\nAgent: {one_line}\nCustomer: {one_line} I will sue you").text
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    assert "<svg onload" not in page


@pytest.mark.parametrize("text", ["{{7*7}}", "{% raw %}", "${7*7}", "#{7*7}", "{{ config }}", "{0} {order} %s"])
def test_a_template_in_a_message_is_text(agent: Visitor, text: str) -> None:
    page = agent.read(f"my order {text} is late").text
    assert html.escape(text) in page
    assert "my order 49 is late" not in page


def test_marks_of_reading_direction_stay_inside_the_message(agent: Visitor) -> None:
    text = "my order \u202eetal si\u202c \u2066x is late, I will sue you"
    page = agent.read(text).text
    assert '<blockquote class="message" dir="auto"' in page
    assert f"<bdi>{html.escape(text)}" in page, "in the list of recent cases too"


def test_ten_thousand_emoji_come_back_whole(agent: Visitor) -> None:
    text = "😀" * 10_000 + " I will sue you"
    page = agent.read(text)
    assert page.status_code == 200
    assert parsed(page.text).text.count("😀") >= 20_000, "in the box and in the reading"


def test_the_message_is_marked_without_losing_a_character(agent: Visitor) -> None:
    text = "  Hello\n\n\tOrder <A-4471> is late & I will sue you in court 😀.\n\n"
    page = agent.read(text).text
    shown = page.split('tabindex="0">', 1)[1].split("</blockquote>", 1)[0]
    assert html.unescape(re.sub(r"</?mark[^>]*>", "", shown)) == text


def test_line_ends_of_a_browser_do_not_shift_the_marks(agent: Visitor) -> None:
    unix, browser = (agent.read(text).text for text in ("a\nb\nI will sue you", "a\r\nb\r\nI will sue you"))
    marks = [re.findall(r"<mark[^>]*>([^<]*)</mark>", page.split("<blockquote")[1]) for page in (unix, browser)]
    assert marks[0] == marks[1] != []


def test_a_message_that_begins_with_a_line_break_keeps_it(agent: Visitor) -> None:
    page = agent.read("\nmy order is late").text
    assert re.search(r'<textarea id="message"[^>]*>\n\nmy order is late</textarea>', page)


@pytest.mark.parametrize(
    ("accepts", "language"),
    [
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh-TW", "zh"),
        ("en-GB,en;q=0.9", "en"),
        ("fr-FR,zh;q=0.5", "zh"),
        ("fr-FR", "en"),
        ("", "en"),
        ("*", "en"),
        ("en;q=0.1,zh;q=0.9", "zh"),
    ],
)
def test_a_page_is_in_the_browsers_language(personas: Personas, accepts: str, language: str) -> None:
    answer = personas.visitor("nobody").get("/sign-in", headers={"Accept-Language": accepts})
    assert answer.headers["content-language"] == language
    assert ("登录" in answer.text) == (language == "zh")
    assert "Accept-Language" in answer.headers["vary"]


def test_the_language_can_be_switched_and_stays(personas: Personas) -> None:
    agent = personas.visitor("agent", language="en")
    page = agent.send("/language", {"code": "zh", "back": "/playbooks"})
    assert page.url.path == "/playbooks"
    assert "话术手册" in page.text
    assert "工作台" in agent.get("/").text
    agent.send("/language", {"code": "en"})
    assert "Workbench" in agent.get("/").text


def test_an_unknown_language_changes_nothing(agent: Visitor) -> None:
    agent.send("/language", {"code": "fr"})
    assert "Workbench" in agent.get("/").text


@pytest.mark.parametrize(
    "back",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "\\\\evil.example",
        "evil",
        "",
    ],
)
def test_a_way_back_leads_to_no_other_site(agent: Visitor, back: str) -> None:
    answer = agent.send("/language", {"code": "en", "back": back}, follow_redirects=False)
    assert answer.headers["location"] == "/"


@pytest.mark.parametrize("back", ["/\t/evil.example", "/\n/evil.example", "/\r/evil.example"])
def test_a_way_back_with_characters_that_browsers_drop_leads_to_no_other_site(agent: Visitor, back: str) -> None:
    answer = agent.send("/language", {"code": "en", "back": back}, follow_redirects=False)
    location = re.sub(r"[\t\r\n]", "", answer.headers["location"])
    assert not location.startswith("//")


def test_advice_is_in_the_pages_language_and_replies_in_the_customers(personas: Personas) -> None:
    page = personas.visitor("agent", language="zh").read("Order A-4471 is late and I will sue you in court.").text
    assert "交接单" in page
    drafts = re.findall(r'<textarea class="draft"[^>]*>\n(.*?)</textarea>', page, re.DOTALL)
    assert len(drafts) == 3
    assert all(draft.isascii() for draft in drafts)
