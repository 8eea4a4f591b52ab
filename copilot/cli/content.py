"""`index` and `playbooks`: what the copilot knows."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import click
import yaml
from pydantic import BaseModel

from copilot.cli.common import build
from copilot.config import Settings, shipped
from copilot.errors import InputError, NotFound
from copilot.playbooks.check import check_files
from copilot.playbooks.examples import DraftFile, ExemplarFile
from copilot.playbooks.foreign import Taken, as_yaml, take_over, write
from copilot.playbooks.load import load
from copilot.playbooks.model import KINDS, Card

__all__ = ["index", "playbooks"]

_SCHEMAS: dict[str, type[BaseModel]] = {"card": Card, "exemplars": ExemplarFile, "drafts": DraftFile}


@click.command()
def index() -> None:
    """Build the index and the models if the playbooks have changed."""
    copilot = build()
    counts = f"{len(copilot.catalogue.cards)} cards, {copilot.catalogue.exemplar_count} exemplars"
    click.echo(f"index ready: {counts}")
    for problem in copilot.problems():
        click.echo(f"skipped: {problem}", err=True)


@click.group()
def playbooks() -> None:
    """Check, list, show, start and import playbook cards."""


@playbooks.command()
@click.argument("folder", required=False, type=click.Path(file_okay=False, exists=True, path_type=Path))
def check(folder: Path | None) -> None:
    """Check every card and exemplar of FOLDER (the shipped playbooks and your own by default)."""
    settings = Settings()
    folders = [folder] if folder else [shipped("playbooks"), settings.overlay]
    base = load(shipped("playbooks"), examples=False).cards.values() if folders[0] != shipped("playbooks") else ()
    problems = [problem for place in folders if place.is_dir() for problem in check_files(place, base)]
    for problem in problems:
        click.echo(str(problem))
    click.echo(f"{len(problems)} problems" if problems else "no problems", err=True)
    sys.exit(1 if problems else 0)


@playbooks.command("list")
@click.option("--kind", type=click.Choice(list(KINDS)))
@click.option("--locale", type=click.Choice(["en", "zh"]), default="en")
def list_(kind: str | None, locale: str) -> None:
    """List the active cards of both layers."""
    catalogue = load(shipped("playbooks"), Settings().overlay, examples=False)
    for card in catalogue.cards.values():
        if kind in (None, card.kind):
            click.echo(f"{card.id:<40} {card.title.in_(locale)}")
    for problem in catalogue.problems:
        click.echo(f"skipped: {problem}", err=True)


@playbooks.command()
@click.argument("card_id")
def show(card_id: str) -> None:
    """Show one card as YAML."""
    card = load(shipped("playbooks"), Settings().overlay, examples=False).cards.get(card_id)
    if card is None:
        raise NotFound(f"no active card '{card_id}'; `levelhead playbooks list` shows them")
    click.echo(yaml.safe_dump(card.model_dump(mode="json", exclude_defaults=True), allow_unicode=True, sort_keys=False))


@playbooks.command()
@click.argument("card_id")
@click.option("--from", "template", metavar="CARD", help="start from a copy of this card")
def new(card_id: str, template: str | None) -> None:
    """Start a card of your own in the overlay; with --from, as a copy that you may change."""
    kind, _, name = card_id.partition(".")
    if kind not in KINDS or not re.fullmatch(r"[a-z0-9_]+", name):
        raise InputError("CARD_ID", f"'{card_id}' is no id; write e.g. situation.late_gift (kinds: {', '.join(KINDS)})")
    settings = Settings()
    settings.prepare()
    path = settings.overlay / kind / f"{name}.yaml"
    if path.exists():
        raise InputError("CARD_ID", f"{path} is there already; edit it")
    catalogue = load(shipped("playbooks"), settings.overlay, examples=False)
    source = template or next(card.id for card in catalogue.of_kind(kind))
    if source not in catalogue.cards:
        raise NotFound(f"no active card '{source}' to copy")
    if not source.startswith(f"{kind}."):
        raise InputError("--from", f"'{source}' is of another kind; copy a card of kind '{kind}'")
    data = catalogue.cards[source].model_dump(mode="json", exclude_defaults=True)
    # A draft is not used until its author says so.
    data.update(id=card_id, version=1, status="draft", source=["house"])
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(yaml.safe_dump(data, allow_unicode=True, sort_keys=False), encoding="utf-8")
    click.echo(f"{path}\nEdit it, set status: active, then run `levelhead playbooks check`.")


@playbooks.command("import")
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="print the cards, write nothing")
def import_(files: tuple[Path, ...], dry_run: bool) -> None:
    """Take over the rules of FILES, of Vale styles or of prh, as cards of your own."""
    settings = Settings()
    cards = load(shipped("playbooks"), settings.overlay, examples=False).cards.values()
    taken = take_over(files, settings.overlay, cards)
    if not dry_run and any(each.card for each in taken):
        settings.prepare()
    for each in taken:
        _say(each)
        if each.card and dry_run:
            click.echo(f"---\n{as_yaml(each.card)}", nl=False)
        elif each.card:
            click.echo(f"{write(each.card, settings.overlay)}: {_rules(each.rules)}")
    if not any(each.card for each in taken):
        click.echo("nothing could be imported", err=True)
        sys.exit(1)
    if not dry_run:
        click.echo("A running server uses them after a restart.", err=True)


def _rules(count: int) -> str:
    return "1 rule" if count == 1 else f"{count} rules"


def _say(taken: Taken) -> None:
    for fault in taken.left_out:
        click.echo(f"skipped: {taken.file}: {fault.field}: {fault.message}", err=True)
    for remark in taken.remarks:
        click.echo(f"{taken.file}: {remark}", err=True)


@playbooks.command()
@click.argument("what", type=click.Choice(list(_SCHEMAS)), default="card")
def schema(what: str) -> None:
    """Print the JSON Schema of a card, or of a file of exemplars or drafts."""
    click.echo(json.dumps(_SCHEMAS[what].model_json_schema(), indent=1, ensure_ascii=False))
