"""`llm`: is there a language model, and does it work?"""

from __future__ import annotations

import sys

import click

from copilot.config import Settings
from copilot.errors import LlmSettingsError
from copilot.llm.check import Line, examine
from copilot.llm.settings import LlmSettings

__all__ = ["llm"]

_MARKS = {True: "ok   ", False: "FAIL ", None: "     "}


@click.group()
def llm() -> None:
    """Check the language model."""


@llm.command()
def check() -> None:
    """Try the configured language model step by step. Exit code 1 if a step fails or none is configured."""
    failed = False
    try:
        for line in examine(LlmSettings.read(Settings().home)):
            _say(line)
            failed = failed or line.ok is False
    except LlmSettingsError as error:
        _say(Line(False, "settings", str(error)))
        failed = True
    sys.exit(1 if failed else 0)


def _say(line: Line) -> None:
    click.echo(f"{_MARKS[line.ok]}{line.text}")
    if line.fix:
        click.echo(f"     {line.fix}")
