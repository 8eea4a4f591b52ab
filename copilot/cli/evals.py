"""`levelhead eval`: how well this build reads labelled messages."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

import click

from copilot.cli.common import build
from copilot.config import Settings, shipped
from copilot.contract import ReadingOut
from copilot.embed import BundledEncoder
from copilot.errors import InputError
from copilot.evals import drafts
from copilot.evals.figures import Scored
from copilot.evals.gold import Answer, DraftRow, GoldRow, read_answers, read_drafts, read_gold
from copilot.evals.heldout import as_gold, settings, write
from copilot.evals.report import as_data, draw, render
from copilot.lint import Ear, Linter
from copilot.net.session import BundledNetwork
from copilot.paraphrase import Paraphrases
from copilot.phrasebook import Phrasebook
from copilot.pipeline import Copilot
from copilot.playbooks.load import load
from copilot.text import fold
from copilot.types import Case

__all__ = ["evaluate"]


@click.command("eval")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--held-out", is_flag=True, help="the exemplars that no model had learned, instead of files")
@click.option(
    "--drafts", "of_drafts", is_flag=True, help="the files hold agents' drafts (id, lang, text, bad): score the linter"
)
@click.option(
    "--set-thresholds",
    type=click.Path(path_type=Path),
    help="write the best thresholds into these playbooks: flag cards and paraphrase.yaml",
)
@click.option("--json", "as_json", is_flag=True, help="the figures as JSON")
@click.option("--save", type=click.Path(path_type=Path), help="keep the readings, for a later --against")
@click.option("--readings", type=click.Path(path_type=Path), help="score these readings instead of reading anew")
@click.option("--against", type=click.Path(path_type=Path), help="readings of another build, to stand beside these")
@click.option("--plot", type=click.Path(path_type=Path), help="draw reliability into this file (svg, png)")
@click.option("--misses", default=10, show_default=True, help="how many of the worst misses to show")
def evaluate(
    files: tuple[Path, ...],
    held_out: bool,
    of_drafts: bool,
    set_thresholds: Path | None,
    as_json: bool,
    save: Path | None,
    readings: Path | None,
    against: Path | None,
    plot: Path | None,
    misses: int,
) -> None:
    """Score readings of labelled messages (JSON lines: id, lang, text, type, heat, flags, escalate).

    Every figure stands with its 95 % interval; a * marks a difference between builds that luck hardly explains.
    """
    if set_thresholds:
        found = list(settings(build().held_out))
        write(found, set_thresholds / "flag")
        for s in found:
            click.echo(
                f"{s.code:<12} {s.language}  {s.threshold:.2f}  P {s.precision:.2f}  R {s.recall:.2f}  ({s.positives})"
            )
        _set_paraphrase(set_thresholds)
        return
    if of_drafts:
        _score_drafts(files, held_out, as_json)
        return
    if held_out:
        copilot = build()
        rows, new = as_gold(copilot.held_out, copilot.catalogue.cards)
    else:
        rows = read_gold(files)
        new = read_answers(readings) if readings else _read_all(build(), rows, save)
    old = read_answers(against) if against else None
    if as_json:
        click.echo(json.dumps(as_data(rows, new, old), ensure_ascii=False, indent=1))
    else:
        click.echo(render(rows, new, old, misses))
    if plot:
        draw(Scored(rows, new), plot)


def _set_paraphrase(playbooks: Path) -> None:
    """The linter's thresholds, by language."""
    network, encoder = BundledNetwork(), BundledEncoder()
    catalogue = load(playbooks)
    cards = list(catalogue.cards.values())
    rows = drafts.as_rows(catalogue.drafts, lambda text: not network.has_seen(fold(text).text))
    heard, book = Paraphrases(network, {"en": 0.5, "zh": 0.5}), Phrasebook.fit(cards, (), encoder)

    def lint_at(threshold: float, innocent_below: float) -> Callable[[DraftRow], drafts.Findings]:
        linter = Linter(cards, ear=Ear(heard.at(threshold, innocent_below), book, encoder))
        return lambda row: linter.lint(row.text, customer_text=row.customer_text)

    chosen = drafts.best(rows, lint_at)
    drafts.write(chosen, playbooks / "paraphrase.yaml")
    for language, one in chosen.items():
        bounds = f"from {one.threshold:g}, innocent below {one.innocent_below:g}"
        click.echo(f"paraphrases  {language}  {bounds}  {one.figures}")


def _score_drafts(files: tuple[Path, ...], held_out: bool, as_json: bool) -> None:
    copilot = build()
    rows = _unseen_drafts() if held_out else read_drafts(files)
    measured = drafts.measure(rows, lambda row: copilot.review(row.text, row.customer_text).findings)
    if as_json:
        data = {name: counted.figures for name, counted in measured.items()}
        click.echo(json.dumps(data, ensure_ascii=False, indent=1))
    else:
        click.echo(drafts.render(measured))


def _unseen_drafts() -> list[DraftRow]:
    network = BundledNetwork()
    catalogue = load(shipped("playbooks"), Settings().overlay)
    return drafts.as_rows(catalogue.drafts, lambda text: not network.has_seen(fold(text).text))


def _read_all(copilot: Copilot, rows: list[GoldRow], save: Path | None) -> dict[str, Answer]:
    """Read every row, with progress; what cannot be read counts as unanswered."""
    answers: dict[str, Answer] = {}
    out = save.open("w", encoding="utf-8") if save else None
    try:
        with click.progressbar(rows, label="reading", file=sys.stderr) as shown:
            for row in shown:
                try:
                    reading = ReadingOut.of_reading(row.id, copilot.read(Case(row.text, id=row.id)))
                except InputError as error:
                    click.echo(f"\n{row.id}: {error}", err=True)
                    continue
                data = reading.model_dump(mode="json")
                answers[row.id] = Answer.of(data)
                if out:
                    out.write(json.dumps(data, ensure_ascii=False) + "\n")
    finally:
        if out:
            out.close()
    return answers
