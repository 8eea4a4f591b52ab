"""`cases`: what is kept about customers, and how it goes."""

from __future__ import annotations

import json

import click

from copilot import organisation
from copilot.cli.common import open_database
from copilot.config import Settings
from copilot.store.cases import Cases

__all__ = ["cases"]


@click.group()
def cases() -> None:
    """List, export, delete and purge cases."""


@cases.command("list")
@click.option("--limit", default=30, show_default=True, type=click.IntRange(1, 1000))
def list_(limit: int) -> None:
    """The most recent cases of all agents."""
    for case in Cases(open_database()).recent(None, limit):
        mark = "!" if case.escalated else " "
        click.echo(f"{case.id} {case.updated_at:%Y-%m-%d %H:%M} {mark}{case.stance:<10} {case.heat} {case.title}")


@cases.command()
@click.argument("case_id", required=False)
def export(case_id: str | None) -> None:
    """Everything kept about one case, or about all: one JSON object a line."""
    for row in Cases(open_database()).export(case_id):
        click.echo(json.dumps(row, ensure_ascii=False))


@cases.command()
@click.argument("case_id")
def delete(case_id: str) -> None:
    """Delete one case with its turns, suggestions and outcomes."""
    Cases(open_database()).delete(case_id)
    click.echo(f"deleted {case_id}")


@cases.command()
@click.option("--older-than", metavar="DAYS", type=click.IntRange(1, 36500), help="as organisation.yaml says")
def purge(older_than: int | None) -> None:
    """Delete cases without a change in so many days."""
    days = older_than or organisation.read(Settings().home / organisation.FILE_NAME).retention_days
    count = Cases(open_database()).purge(days)
    click.echo(f"purged {count} cases older than {days} days")
