"""The agent's own reply as page tests see it: what is written, what is marked, what is said of it."""

from __future__ import annotations

import io
from typing import Any

import matplotlib.image
from numpy.typing import NDArray
from playwright.sync_api import Locator, Page, Route, expect

__all__ = [
    "HURTS",
    "PAUSE",
    "Held",
    "answer",
    "field",
    "finding",
    "marks",
    "own",
    "pixels",
    "reason",
    "selected",
    "status",
    "written",
]

HURTS = "You must calm down."
PAUSE = 300  # milliseconds after the last key, before the server is asked

# Each marked stretch of the mirror, by where it begins, and the whole of what the mirror says.
MARKS = """mirror => {
  let at = 0;
  const marks = [];
  for (const node of mirror.childNodes) {
    const text = node.textContent;
    if (node.nodeType === 1) marks.push([at, text, node.className.trim()]);
    at += text.length;
  }
  return marks;
}"""


def own(page: Page) -> Locator:
    return page.locator(".own-reply")


def field(page: Page) -> Locator:
    return page.locator(".own-draft")


def status(page: Page) -> Locator:
    return own(page).locator(".check")


def reason(page: Page) -> Locator:
    return own(page).locator(".reason")


def marks(page: Page) -> list[list[Any]]:
    found: list[list[Any]] = own(page).locator(".mirror").evaluate(MARKS)
    return found


def written(page: Page, text: str, says: str = "to mend") -> None:
    """Write into the own reply and wait for what is said of it."""
    field(page).fill(text)
    expect(status(page)).to_contain_text(says)


def selected(page: Page) -> str:
    area: str = field(page).evaluate("area => area.value.slice(area.selectionStart, area.selectionEnd)")
    return area


def finding(text: str, words: str, **fields: Any) -> dict[str, Any]:
    """A finding as the server would send it."""
    start = text.index(words)
    edit = {"start": start, "end": start + len(words), "text": "Let me look"}
    return {
        **{"start": start, "end": start + len(words), "text": words, "kind": "calm_down", "severity": "error"},
        **{"message": "It heats.", "suggestion": "Let me look", "card": "phrase.calm_down", "edit": edit},
        **fields,
    }


def answer(*findings: dict[str, Any]) -> dict[str, Any]:
    return {"id": None, "findings": list(findings), "tension": {"score": 0, "influences": []}}


def pixels(part: Locator) -> NDArray[Any]:
    """A picture of it, each value 0 to 1."""
    picture: NDArray[Any] = matplotlib.image.imread(io.BytesIO(part.screenshot(animations="disabled")))
    return picture


class Held:
    """Requests to check a draft, answered when the test says so."""

    def __init__(self, page: Page) -> None:
        self.routes: list[Route] = []
        self._page = page
        page.route("**/lint", self._hold)

    def _hold(self, route: Route) -> None:
        self.routes.append(route)

    def next(self, number: int) -> Route:
        for _ in range(100):
            if len(self.routes) > number:
                return self.routes[number]
            self._page.wait_for_timeout(50)
        raise AssertionError(f"the server was asked {len(self.routes)} times only")
