"""Rules that an organisation already has for another linter (Vale, prh), taken over as a card of its overlay.

The files are a stranger's: whatever is wrong with one is said in a line, and the rest is taken over.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from copilot.errors import PlaybookError
from copilot.lint import Linter
from copilot.patterns import pattern
from copilot.playbooks import prh, vale
from copilot.playbooks.house import GENERAL, Entry, Fault, grouped, shown, written
from copilot.playbooks.load import read_card
from copilot.playbooks.model import Card
from copilot.text import is_han

__all__ = ["Taken", "as_yaml", "take_over", "write"]

_MOST_BYTES, _MOST_NODES, _DEEPEST = 1_000_000, 100_000, 10
_MOST_RULES, _MOST_FAULTS, _MOST_WORK = 5000, 500, 300_000  # the last in RE2 instructions: all are matched together
_Loader: Any = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # every value a text: a token may be `on` or `no`
_SOURCES = {"vale": "a Vale style", "prh": "rules of prh"}


@dataclass(frozen=True)
class Taken:
    """One file: its card, if anything could be taken over; what was left out, and what is worth knowing."""

    file: str
    card: Card | None
    rules: int
    left_out: tuple[Fault, ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True)
class _Read:
    tool: str
    entries: tuple[Entry, ...]
    faults: tuple[Fault, ...]


def take_over(paths: Sequence[Path], overlay: Path, catalogue: Collection[Card]) -> list[Taken]:
    """What becomes of each file. `catalogue` holds the cards whose don't-says the better words must be free of."""
    owners = dict(_owners(overlay))
    made: list[tuple[Path, _Read, Card | None]] = []
    for path in paths:
        read = _read(path)
        card = None
        if read.entries:
            name = _name(path, owners)
            owners[name] = _place(path)
            card = _card(path, name, read)
        made.append((path, read, card))
    new = {card.id: card for _, _, card in made if card}
    linter = Linter([*(card for card in catalogue if card.id not in new), *new.values()])
    return [_settled(path, read, card, linter) for path, read, card in made]


def write(card: Card, overlay: Path) -> Path:
    """Put the card in its place, whole or not at all."""
    path = overlay / card.kind / f"{card.id.partition('.')[2]}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".part")
    unfinished.write_text(as_yaml(card), encoding="utf-8")
    os.replace(unfinished, path)  # noqa: PTH105
    return path


def as_yaml(card: Card) -> str:
    return yaml.safe_dump(card.model_dump(mode="json", exclude_defaults=True), allow_unicode=True, sort_keys=False)


def _read(path: Path) -> _Read:
    try:
        data = _data(path)
    except PlaybookError as error:
        return _Read("", (), (Fault("file", str(error)),))
    tool = "vale" if "extends" in data else "prh"
    entries: list[Entry] = []
    faults: list[Fault] = []
    work = 0
    for asked in (vale if tool == "vale" else prh).read(data):
        for made in [asked] if isinstance(asked, Fault) else written(asked):
            if isinstance(made, Fault):
                faults.append(made)
            else:
                entries.append(made)
                work += sum(pattern(source).programsize for source in (*made.rule.match, *made.rule.unless))
        # A linter with patterns beyond its memory would find nothing at all.
        if work > _MOST_WORK or len(entries) > _MOST_RULES or len(faults) > _MOST_FAULTS:
            field = entries.pop().field if work > _MOST_WORK else asked.field
            faults.append(Fault(field, "from here on the file is not read: too many rules, too large ones, or faults"))
            break
    return _Read(tool, tuple(entries), tuple(faults))


def _data(path: Path) -> Mapping[str, Any]:
    """The mapping in a file, every value a text. Raises `PlaybookError`."""
    try:
        if not path.is_file():
            raise PlaybookError("is a folder; name the files in it" if path.is_dir() else "is not there")
        with path.open("rb") as file:
            raw = file.read(_MOST_BYTES + 1)
        if len(raw) > _MOST_BYTES:
            raise PlaybookError("is larger than one megabyte; no rule file is")
        text = raw.decode("utf-8-sig")
        _look_over(text)
        data = yaml.load(text, Loader=_Loader)
    except OSError as error:
        raise PlaybookError(f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PlaybookError(f"is not UTF-8 (byte {error.start}); save it as UTF-8") from error
    except yaml.YAMLError as error:
        at = getattr(error, "problem_mark", None)
        reason = shown(str(getattr(error, "problem", None) or error).partition("\n")[0])
        raise PlaybookError(f"is not valid YAML{f', line {at.line + 1}' if at else ''}: {reason}") from error
    if not isinstance(data, dict) or not data.keys() & {"extends", "rules", "imports"}:
        raise PlaybookError("is neither a Vale rule ('extends: …') nor a rule file of prh ('rules: …')")
    return data


def _look_over(text: str) -> None:
    """Refuse what grows or sinks when it is loaded; the parser's events come one at a time."""
    depth = nodes = 0
    for event in yaml.parse(text, Loader=_Loader):
        nodes += isinstance(event, yaml.NodeEvent)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if isinstance(event, yaml.AliasEvent):
            raise PlaybookError(f"uses the YAML alias *{shown(event.anchor)}; write the value out")
        if depth > _DEEPEST or nodes > _MOST_NODES:
            raise PlaybookError("is nested too deeply or holds too much to be a rule file")


def _place(path: Path) -> str:
    """By which a file is known again: its folder and name."""
    path = path.absolute()
    return shown(f"{path.parent.name}/{path.name}", 200)


def _owners(overlay: Path) -> Iterator[tuple[str, str]]:
    """Imported cards, and the file that each came from."""
    for path in (overlay / "phrase").glob("imported_*.yaml"):
        try:
            yield path.stem, read_card(path).source[-1]
        except PlaybookError:
            continue  # a broken card is in nobody's way


def _name(path: Path, owners: Mapping[str, str]) -> str:
    """The file's own name; with its folder's where a file of another folder has it already."""
    place, stem, folder = _place(path), _safe(path.stem), _safe(path.absolute().parent.name)
    names = [f"imported_{stem}", f"imported_{folder}_{stem}", f"imported_{stem}_{_mark(place)}"]
    own = [name for name in names if owners.get(name) == place]
    return next(iter(own), next((name for name in names if name not in owners), names[-1]))


def _safe(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    safe = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:60]
    # A name in Chinese would leave nothing, or the same little, of many files.
    return safe if safe and not any(map(is_han, name)) else f"{safe}_{_mark(name)}".strip("_")


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()[:8]


def _card(path: Path, name: str, read: _Read) -> Card:
    label = shown(path.name)
    title = label if not any(map(is_han, label)) else name
    return Card.model_validate(
        {
            "id": f"phrase.{name}",
            "kind": "phrase",
            "source": (read.tool, _place(path)),
            "title": {"en": f"Rules from {title}", "zh": f"导入的规则：{label}"},
            "why": {
                "en": f"Your organisation's own rules, taken over from {_SOURCES[read.tool]}.",
                "zh": f"贵单位自己的规则，从 {'Vale' if read.tool == 'vale' else 'prh'} 的规则文件导入。",
            },
            "dont_say": grouped(read.entries),
        }
    )


def _settled(path: Path, read: _Read, card: Card | None, linter: Linter) -> Taken:
    """The card with better words that are free of every don't-say; a rule that finds everything is left out."""
    faults, kept = list(read.faults), []
    for entry in read.entries:
        free = _free(entry, linter, faults)
        if free is not None:
            kept.append(free)
    if card:
        card = card.model_copy(update={"dont_say": tuple(grouped(kept))}) if kept else None
    count = len({entry.field for entry in kept})
    return Taken(shown(path.name), card, count, tuple(faults), tuple(_remarks(kept)))


def _free(entry: Entry, linter: Linter, faults: list[Fault]) -> Entry | None:
    """The entry, with general words where its own would be found."""
    rule = entry.rule
    for words in (rule.instead, *GENERAL[entry.language]):
        grave = next((f for f in linter.lint(words) if f.severity != "suggestion"), None)
        if grave is None:
            same = words == rule.instead
            return entry if same else replace(entry, rule=rule.model_copy(update={"instead": words, "edit": "none"}))
        if words == rule.instead and rule.edit == "words":
            by = f"{grave.kind} by {grave.card}"
            faults.append(Fault(entry.field, f"its better words “{shown(words)}” are left out, being found too: {by}"))
    faults.append(Fault(entry.field, "would be found in nearly any text"))
    return None


def _remarks(entries: Sequence[Entry]) -> Iterator[str]:
    count = len({e.field for e in entries if e.substring})
    if count:
        what = "1 rule matched as a substring" if count == 1 else f"{count} rules matched as substrings"
        yield f"{what}: between Han characters there are no word boundaries"
    cased = list(dict.fromkeys(e.rule.avoid for e in entries if e.cased))
    if cased:
        listed = ", ".join(shown(words, 30) for words in cased[:5]) + (", …" if len(cased) > 5 else "")
        yield f"capitals count in {len(cased)}, unlike elsewhere: {listed}"
    count = len({e.field for e in entries if e.anchored})
    if count:
        yield f"{count} with ^ or $: a draft is read as one line, so they hold at its beginning and end"
