"""`suggest`, `read` and `lint`: answers, exit codes, and clear words about what cannot be read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from copilot.cli.common import _AHEAD, _in_order
from tests.fakes import Run

Command = Callable[..., Run]
TEXT = "Order A-4471 is three weeks late and I will sue you in court."


@pytest.mark.parametrize("command", ["suggest", "read"])
def test_a_text_is_answered_for_people(levelhead: Command, command: str) -> None:
    run = levelhead(command, TEXT)
    assert run.code == 0
    assert "legal" in run.out
    assert "ESCALATE" in run.out
    assert ("── brief" in run.out) == (command == "suggest")
    assert run.err == ""


@pytest.mark.parametrize("command", ["suggest", "read"])
def test_a_text_is_answered_for_programs(levelhead: Command, command: str) -> None:
    answer = json.loads(levelhead(command, TEXT, "--json", "--channel", "email").out)
    assert answer["customer"]["type"]
    assert ("replies" in answer) == (command == "suggest")


@pytest.mark.parametrize("arguments", [["-"], []])
def test_a_text_may_be_piped_in(levelhead: Command, arguments: list[str]) -> None:
    run = levelhead("read", *arguments, "--json", stdin="我要起诉你们".encode())
    assert json.loads(run.out)["language"] == "zh"


def test_advice_comes_in_the_language_asked_for(levelhead: Command) -> None:
    english, chinese = (levelhead("suggest", TEXT, "--json", "--locale", code).out for code in ("en", "zh"))
    assert json.loads(english)["handoff"].startswith("Handoff note")
    assert json.loads(chinese)["handoff"].startswith("交接单")


@pytest.mark.parametrize(
    ("arguments", "stdin", "says"),
    [
        (["read", ""], b"", "empty"),
        (["read", "  \n"], b"", "empty"),
        (["read", "-"], b"", "empty"),
        (["suggest", "-"], b"\xff\xfe\x00\x01", "not UTF-8"),
        (["suggest", "-"], b"\x00\x01PNG", "binary"),
        (["suggest", "half \ud83d"], b"", "lone surrogate"),
        (["suggest", "-"], b"a" * 50_001, "50,001 characters"),
        (["read", "\u200b"], b"", "no visible characters"),
        (["read", TEXT, "--channel", "fax"], b"", "fax"),
        (["read", "--jsonl", "nowhere.jsonl"], b"", "no such file: nowhere.jsonl"),
        (["lint", "--jsonl", "nowhere.jsonl"], b"", "no such file: nowhere.jsonl"),
        (["raed", TEXT], b"", "No such command"),
        (["read", "--colour"], b"", "No such option"),
    ],
)
def test_what_cannot_be_read_is_said_in_one_sentence(
    levelhead: Command, arguments: list[str], stdin: bytes, says: str
) -> None:
    run = levelhead(*arguments, stdin=stdin)
    assert run.code == 2
    assert says in run.err
    assert "Traceback" not in run.err
    assert run.out == ""


REQUESTS: list[Any] = [
    {"id": "a", "text": TEXT, "channel": "email"},
    {"id": "b"},
    {"id": "c", "text": "Where is it?", "conversation": [{"role": "agent", "text": "We ring you."}]},
    {"id": "d", "text": "", "channel": "chat"},
    {"id": "e", "text": "hello", "channel": "fax"},
    {"id": "f", "text": "half \ud83d"},
    ["not", "an", "object"],
    {"id": 7, "text": "hello"},
    {"id": "g", "text": "谢谢"},
]
LINES = b"\n".join(
    [
        *(json.dumps(request).encode() for request in REQUESTS),
        b"{not json",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"id": "h", "text": "last"}',
    ]
)
FIELDS = [None, "text", None, "text", "channel", "text", "request", "id", None, "line", "line", "line", None]


@pytest.mark.parametrize("command", ["suggest", "read"])
@pytest.mark.parametrize("source", ["file", "-"])
def test_every_line_is_answered_in_order_and_bad_ones_stop_nothing(
    levelhead: Command, command: str, source: str, tmp_path: Path
) -> None:
    path = tmp_path / "requests.jsonl"
    path.write_bytes(LINES)
    run = levelhead(command, "--jsonl", str(path) if source == "file" else "-", stdin=LINES)
    answers = run.lines()
    assert [answer.get("error", {}).get("field") for answer in answers] == FIELDS
    assert [answer["id"] for answer in answers] == [
        "a",
        "b",
        "c",
        "d",
        "e",
        "f",
        None,
        None,
        "g",
        None,
        None,
        None,
        "h",
    ]
    assert [answer["error"]["line"] for answer in answers if "error" in answer] == [2, 4, 5, 6, 7, 8, 10, 11, 12]
    assert all(("replies" in answer) == (command == "suggest") for answer in answers if "error" not in answer)
    assert run.code == 1


def test_good_lines_only_are_fine(levelhead: Command) -> None:
    run = levelhead("read", "--jsonl", "-", stdin=b'{"text": "hello"}\n\n  \n{"text": "hello"}\n')
    assert run.code == 0
    assert len(run.lines()) == 2


def test_no_lines_are_no_answers(levelhead: Command) -> None:
    assert levelhead("read", "--jsonl", "-", stdin=b"").out == ""


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(
            b'{"id": "\\ud83d", "text": 5}',
            id="half a character in the id",
        ),
        pytest.param(
            b'{"text": ' + b"9" * 5000 + b"}",
            id="a number of 5,000 digits",
        ),
        b'{"text": NaN}',
        b'"text"',
        b"null",
        b'{"text": "a", "text": null}',
        b'{"text": "\\u0000"}',
    ],
)
def test_no_line_however_odd_stops_the_rest(levelhead: Command, line: bytes) -> None:
    bad, good = levelhead("read", "--jsonl", "-", stdin=line + b'\n{"id": "next", "text": "hello"}\n').lines()
    assert "error" in bad
    assert good["id"] == "next"


def test_the_number_of_a_bad_line_is_its_number_in_the_file(levelhead: Command) -> None:
    (answer,) = levelhead("read", "--jsonl", "-", stdin=b"\n\n{bad\n").lines()
    assert answer["error"]["line"] == 3


def test_a_draft_without_errors_is_fine_and_one_with_errors_is_not(levelhead: Command) -> None:
    fine = levelhead("lint", "Thank you, I am looking into it now.")
    assert (fine.code, fine.out) == (0, "no findings\n")
    bad = levelhead("lint", "Tell me\nyour password. Please tell me your password.")
    assert bad.code == 1
    assert "2:" in bad.out
    assert "data_request" in bad.out
    assert levelhead("lint", "I don't know.").code == 0, "a warning is shown but is no error"


def test_a_draft_may_be_a_file_a_text_or_piped(levelhead: Command, tmp_path: Path) -> None:
    path = tmp_path / "draft.txt"
    path.write_text("I don't know.", encoding="utf-8")
    answers = [
        levelhead("lint", str(path), "--json"),
        levelhead("lint", "I don't know.", "--json"),
        levelhead("lint", "-", "--json", stdin=b"I don't know."),
    ]
    assert len({run.out for run in answers}) == 1
    assert json.loads(answers[0].out)["findings"][0]["kind"] == "dont_know"


@pytest.mark.parametrize(
    "draft",
    [
        "a" * 255,
        "a" * 256,
        "好" * 100,
        "好" * 499,
        "a" * 500,
        "好" * 5000,
    ],
    ids=lambda draft: f"{len(draft)} {draft[0]}",
)
def test_a_draft_of_any_length_is_checked(levelhead: Command, draft: str) -> None:
    assert levelhead("lint", draft).out == "no findings\n"


def test_a_draft_in_a_file_that_is_not_text_is_refused(levelhead: Command, tmp_path: Path) -> None:
    path = tmp_path / "draft.bin"
    path.write_bytes(b"\xff\xfe\x00")
    assert levelhead("lint", str(path)).code == 2


def test_the_customers_message_is_weighed_with_the_draft(levelhead: Command) -> None:
    draft = 'I am sorry that you were told to "calm down". I will call you today at four.'
    assert "tension" not in levelhead("lint", draft).out
    answered = levelhead("lint", draft, "--customer", "Three weeks late, and your agent says calm down!")
    assert "no findings" in answered.out
    assert "tension" in answered.out


def test_drafts_are_checked_line_by_line(levelhead: Command) -> None:
    requests = [{"id": "a", "text": "I don't know."}, {"id": "b"}, {"id": "c", "text": "好的", "customer_text": "hi"}]
    run = levelhead("lint", "--jsonl", "-", stdin="\n".join(map(json.dumps, requests)).encode())
    first, second, third = run.lines()
    assert set(first["findings"][0]) >= {"start", "end", "text", "kind", "severity", "message", "suggestion"}
    assert second["error"]["field"] == "text"
    assert third["findings"] == []
    assert set(third["tension"]) == {"score", "influences"}
    assert run.code == 1


@pytest.mark.parametrize(
    "arguments", [["--help"], ["-h"], ["suggest", "--help"], ["playbooks", "new", "-h"], ["--version"]]
)
def test_help_is_there(levelhead: Command, arguments: list[str]) -> None:
    run = levelhead(*arguments)
    assert run.code == 0
    assert run.out


def test_a_long_file_is_worked_off_a_few_lines_at_a_time() -> None:
    """Memory must not grow with the file, and the answers keep its order."""
    pulled = answered = 0

    def lines() -> Iterator[bytes]:
        nonlocal pulled
        for number in range(100_000):
            pulled += 1
            assert pulled - answered <= _AHEAD + 2
            yield str(number).encode()

    with ThreadPoolExecutor(2) as pool:
        for number, result in enumerate(_in_order(pool, lines(), lambda at, line: {"at": at, "line": line.decode()})):
            answered += 1
            assert result == {"at": number + 1, "line": str(number)}
    assert answered == 100_000
