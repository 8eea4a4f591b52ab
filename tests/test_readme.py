"""What is written for people holds: commands exist, and modules keep to what they say they offer."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

import api
import copilot
from copilot.cli import cli
from tests.fakes import Run

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(path for path in ROOT.glob("*.md") if path.stat().st_size > 100)
MODULES = [
    module.name
    for package in (copilot, api)
    for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    if "migrations" not in module.name
]


def commands(text: str) -> Iterator[list[str]]:
    """The `levelhead …` lines of code blocks and code words, as far as commands go."""
    for line in re.findall(r"(?:^|`)(?:\$ )?(?:\.venv/bin/)?levelhead ([a-z][^`\n#|<>]*)", text, re.MULTILINE):
        yield line.split()


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_command_that_a_document_names_exists(path: Path) -> None:
    for words in commands(path.read_text(encoding="utf-8")):
        command: click.Command = cli
        context = click.Context(cli)
        for word in words:
            if not isinstance(command, click.Group):
                break
            found = command.get_command(context, word)
            assert found is not None, f"{path.name}: levelhead {' '.join(words)}"
            command = found
        options = {option for parameter in command.params for option in parameter.opts} | {"--help", "-h"}
        named = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert named <= options, f"{path.name}: levelhead {' '.join(words)}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_make_target_that_a_document_names_exists(path: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", path.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_inside_the_project_leads_somewhere(path: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_what_it_says_it_offers(name: str) -> None:
    if name in ("copilot.net.network", "copilot.net.lessons", "copilot.net.tune", "copilot.net.export"):
        pytest.importorskip("torch", reason="only `make tune` installs it")
    module = importlib.import_module(name)
    offered = getattr(module, "__all__", [])
    assert len(set(offered)) == len(offered)
    assert [word for word in offered if not hasattr(module, word)] == []
    empty = Path(str(module.__file__)).stat().st_size == 0
    assert module.__doc__ or empty, "a module begins with what it is for"


@pytest.mark.parametrize("group", ["", *(name for name, command in cli.commands.items())])
def test_every_command_explains_itself(levelhead: Callable[..., Run], group: str) -> None:
    run = levelhead(*([group] if group else []), "--help")
    assert run.code == 0
    for line in re.findall(r"^  ([a-z]+)(.*)$", run.out.partition("Commands:")[2], re.MULTILINE):
        assert line[1].strip(), f"{group} {line[0]} has no word of help"
