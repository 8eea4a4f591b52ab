"""`suggest`, `read`, `lint`: the main job, for people and for programs."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click

from copilot.cli.common import build, each_line, text_or_stdin
from copilot.contract import CaseIn, LintIn, LintOut, ReadingOut, SuggestionOut
from copilot.errors import InputError
from copilot.pipeline import Copilot
from copilot.playbooks.model import CHANNELS
from copilot.types import Case, Finding, Language, Reading, Suggestion

__all__ = ["lint", "read", "suggest"]

_channel = click.option("--channel", type=click.Choice(list(CHANNELS)), help="where the message came in")
_locale = click.option(
    "--locale", type=click.Choice(["en", "zh"]), help="language of the advice; the message's own by default"
)
_jsonl = click.option("--jsonl", metavar="FILE|-", help="requests, one JSON object a line; answers in the same order")
_json = click.option("--json", "as_json", is_flag=True, help="answer as JSON")


@click.command()
@click.argument("text", required=False)
@_channel
@_locale
@_json
@_jsonl
def suggest(text: str | None, channel: str | None, locale: Any, as_json: bool, jsonl: str | None) -> None:
    """Read TEXT and suggest what to answer. TEXT may be - for standard input.

    Where a language model is set up it writes the replies; those of --jsonl come from the playbooks alone.
    """
    copilot: Copilot
    if jsonl:
        copilot = build()
        bad = each_line(
            jsonl, CaseIn, lambda r: SuggestionOut.of(copilot.suggest(r.case(), locale)).model_dump(mode="json")
        )
        sys.exit(1 if bad else 0)
    case = Case(text_or_stdin(text), channel=channel)
    copilot = build()
    suggestion = copilot.draft(copilot.suggest(case, locale), locale)
    if as_json:
        click.echo(_dump(SuggestionOut.of(suggestion)))
    else:
        _print_suggestion(suggestion, copilot, locale)


@click.command()
@click.argument("text", required=False)
@_channel
@_locale
@_json
@_jsonl
def read(text: str | None, channel: str | None, locale: Any, as_json: bool, jsonl: str | None) -> None:
    """Read TEXT: stance, heat, flags and escalation, without replies."""
    if jsonl:
        copilot = build()

        def answer(request: CaseIn) -> dict[str, Any]:
            return ReadingOut.of_reading(request.id, copilot.read(request.case(), locale)).model_dump(mode="json")

        sys.exit(1 if each_line(jsonl, CaseIn, answer) else 0)
    case = Case(text_or_stdin(text), channel=channel)
    copilot = build()
    reading = copilot.read(case, locale)
    click.echo(
        _dump(ReadingOut.of_reading(None, reading)) if as_json else "\n".join(_reading_lines(reading, copilot, locale))
    )


@click.command()
@click.argument("draft", required=False)
@click.option("--customer", metavar="TEXT", help="the customer's message that the draft answers")
@_locale
@_json
@_jsonl
def lint(draft: str | None, customer: str | None, locale: Any, as_json: bool, jsonl: str | None) -> None:
    """Check a draft (a file, a text, or -) for phrases that hurt. Exit code 1 when one is an error."""
    if jsonl:
        copilot = build()

        def answer(request: LintIn) -> dict[str, Any]:
            review = copilot.review(request.text, request.customer_text, locale)
            return LintOut.of(request.id, review).model_dump(mode="json")

        sys.exit(1 if each_line(jsonl, LintIn, answer) else 0)
    text = _file(draft) or text_or_stdin(draft)
    review = build().review(text, customer, locale)
    if as_json:
        click.echo(_dump(LintOut.of(None, review)))
    else:
        for finding in review.findings:
            click.echo(_finding_line(finding, text))
        if not review.findings:
            click.echo("no findings")
        if customer:  # without the message that it answers, the gauge says little
            click.echo(f"tension {review.tension.score:+.2f}")
            for influence in review.tension.influences:
                click.echo(f"    {influence.effect:+.2f} {influence.text}")
    sys.exit(1 if any(f.severity == "error" for f in review.findings) else 0)


def _file(name: str | None) -> str | None:
    """What a file holds, if `name` is one; a draft itself is hardly ever a file's name."""
    try:
        if not name or not Path(name).is_file():
            return None
        return Path(name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise InputError("DRAFT", f"{name} is not UTF-8 text (byte {error.start})") from error
    except (OSError, ValueError):  # too long for a name, or no name at all
        return None


def _dump(model: Any) -> str:
    return json.dumps(model.model_dump(mode="json"), ensure_ascii=False, indent=1)


def _finding_line(finding: Finding, text: str) -> str:
    line = text.count("\n", 0, finding.start) + 1
    column = finding.start - (text.rfind("\n", 0, finding.start) + 1) + 1
    return (
        f"{line}:{column} {finding.severity} {finding.kind} “{finding.text}”\n"
        f"    {finding.message}\n    → {finding.suggestion}"
    )


def _reading_lines(reading: Reading, copilot: Copilot, locale: Language | None) -> list[str]:
    locale = locale or reading.language
    say = copilot.wording.say
    stance = say("stances", reading.customer.type, language=locale)
    heat = say("heat", str(reading.heat.level), language=locale)
    lines = [f"{stance} ({reading.customer.confidence:.0%}) · {heat} ({reading.heat.level}/3)"]
    lines += [f"    “{e.text}”" for e in reading.customer.evidence]
    for flag in reading.flags:
        words = ", ".join(f"“{e.text}”" for e in flag.evidence)
        lines.append(f"{flag.code} ({flag.confidence:.0%}) {words}")
        lines.append(f"    → {flag.next_step}")
    if reading.escalation.needed:
        minutes = reading.escalation.respond_within_minutes
        routes = ", ".join(reading.escalation.route_to)
        reasons = "; ".join(reading.escalation.reasons)
        lines.append(f"ESCALATE to {routes}, within {minutes} min: {reasons}")
    return lines + [f"note: {notice}" for notice in reading.notices]


def _print_suggestion(suggestion: Suggestion, copilot: Copilot, locale: Language | None) -> None:
    click.echo("\n".join(_reading_lines(suggestion.reading, copilot, locale)))
    for reply in suggestion.replies:
        click.echo(f"\n── {reply.style} " + "─" * 40 + f"\n{reply.text}")
    click.echo("")
    for number, step in enumerate(suggestion.guidance.steps, 1):
        click.echo(f"{number}. {step.text}")
    for entry in suggestion.guidance.dont_say:
        click.echo(f"✗ {entry.text}\n    ✓ {entry.instead}")
    for notice in suggestion.notices[len(suggestion.reading.notices) :]:
        click.echo(f"note: {notice}")
