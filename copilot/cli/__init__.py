"""The command line: `levelhead`.

Exit codes: 0 fine · 1 found something (errors in a draft, faults in playbooks, bad lines of a file) · 2 the call or
its input is at fault · 3 the machine is at fault (data directory, database, index, port) · 130 stopped by Ctrl-C.
"""

from __future__ import annotations

import sys

import click
from pydantic import ValidationError

from copilot.cli import cases, content, evals, keys, llm, messages, serve
from copilot.contract import as_input_error
from copilot.errors import InputError, LevelheadError, NotFound, PlaybookError

__all__ = ["cli", "main"]


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="levelhead")
def cli() -> None:
    """A copilot for support agents who face difficult customers, in Chinese and English."""


for command in (
    serve.serve,
    messages.suggest,
    messages.read,
    messages.lint,
    evals.evaluate,
    content.index,
    content.playbooks,
    llm.llm,
    keys.keys,
    cases.cases,
):
    cli.add_command(command)


def main() -> None:
    """Run the command line; every expected error becomes one plain sentence and an exit code."""
    try:
        cli(standalone_mode=False)
    except click.exceptions.Abort:
        _leave("stopped; nothing is half done", 130)
    except KeyboardInterrupt:
        _leave("stopped; nothing is half done", 130)
    except click.ClickException as error:
        error.show()
        sys.exit(2)
    except click.exceptions.Exit as leaving:
        sys.exit(leaving.exit_code)
    except (InputError, NotFound) as error:
        _leave(str(error), 2)
    except PlaybookError as error:
        _leave(str(error), 1)
    except ValidationError as error:
        fault = as_input_error(error)
        _leave(f"LEVELHEAD_{fault.field.upper()}: {fault.message}", 2)
    except LevelheadError as error:
        _leave(str(error), 3)


def _leave(message: str, code: int) -> None:
    click.echo(f"levelhead: {message}", err=True)
    sys.exit(code)
