"""Reading playbooks: two layers of files in, one frozen catalogue out.

The organisation's overlay has the same layout as the shipped playbooks and wins by id. A broken file in the
overlay is reported and skipped so that one typing error never silences the rest; a broken shipped file is our
own fault and raises.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from copilot.errors import PlaybookError
from copilot.playbooks.examples import DraftFile, ExemplarFile, LabelledDraft, LabelledText
from copilot.playbooks.model import FLAGS, KINDS, STANCES, Card

__all__ = [
    "Catalogue",
    "Problem",
    "content_files",
    "fingerprint",
    "load",
    "parse",
    "read_card",
    "read_drafts",
    "read_exemplars",
]

# Cards that the software itself falls back on: an overlay may reword them, not retire them.
REQUIRED = (
    *(f"stance.{stance}" for stance in STANCES),
    *(f"flag.{code}" for code in FLAGS),
    *(f"situation.{name}" for name in ("general_complaint", "general_contempt", "praise", "question", "self_harm")),
)

_EXAMPLES = ("exemplars", "drafts")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(frozen=True)
class Problem:
    """Something wrong with a playbook file: where, in which field, and what mends it."""

    file: str
    field: str
    message: str

    def __str__(self) -> str:
        return f"{self.file}: {self.field}: {self.message}"


@dataclass(frozen=True)
class Catalogue:
    """All active cards by id, all exemplars and drafts, and the overlay's problems.

    Examples are for fitting; a catalogue that was kept after it holds the number of exemplars only.
    """

    cards: Mapping[str, Card]
    exemplars: tuple[LabelledText, ...]
    drafts: tuple[LabelledDraft, ...] = ()
    problems: tuple[Problem, ...] = ()
    exemplar_count: int = 0
    own: frozenset[str] = frozenset()  # ids of the organisation's own cards

    def without_examples(self) -> Catalogue:
        return replace(self, exemplars=(), drafts=())

    def of_kind(self, kind: str) -> Iterator[Card]:
        return (card for card in self.cards.values() if card.kind == kind)


def content_files(root: Path, *, examples: bool = True) -> list[Path]:
    """Every card and example file below `root`, in a fixed order."""
    folders = [*KINDS, *(_EXAMPLES if examples else ())]
    return [path for folder in folders for path in sorted((root / folder).glob("*.yaml"))]


def parse(path: Path) -> Any:
    """What a YAML file holds, or a `PlaybookError`."""
    try:
        return yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)
    except OSError as error:
        raise PlaybookError(f"{path.name}: file: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise PlaybookError(f"{path.name}: encoding: save the file as UTF-8 ({error.reason})") from error
    except yaml.YAMLError as error:
        at = getattr(error, "problem_mark", None)
        where = f"line {at.line + 1}" if at else "file"
        reason = str(getattr(error, "problem", None) or error).splitlines()[0]
        raise PlaybookError(f"{path.name}: {where}: not valid YAML: {reason}") from error


def _validated(path: Path, model: type[_Model]) -> _Model:
    data = parse(path)
    if not isinstance(data, dict):
        raise PlaybookError(f"{path.name}: card: the file must hold one mapping of fields")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise _explain(path, error) from error


def _explain(path: Path, error: ValidationError) -> PlaybookError:
    lines = []
    for item in error.errors()[:5]:
        name = ".".join(str(part) for part in item["loc"]) or "card"
        lines.append(f"{path.parent.name}/{path.name}: {name}: {item['msg']}")
    return PlaybookError("\n".join(lines))


def read_card(path: Path) -> Card:
    """The card in one file, or a `PlaybookError` that names field and fix."""
    card = _validated(path, Card)
    if card.id != f"{path.parent.name}.{path.stem}":
        raise PlaybookError(
            f"{path.parent.name}/{path.name}: id: is '{card.id}', its place says '{path.parent.name}.{path.stem}'"
        )
    return card


def read_exemplars(path: Path) -> ExemplarFile:
    """The exemplars in one file, or a `PlaybookError`."""
    return _validated(path, ExemplarFile)


def read_drafts(path: Path) -> DraftFile:
    """The agents' drafts in one file, or a `PlaybookError`."""
    return _validated(path, DraftFile)


def fingerprint(shipped: Path, overlay: Path | None = None) -> str:
    """A hash of every file that `load` and the classifiers would read: much quicker than reading them."""
    digest = hashlib.sha256()
    for root in filter(None, (shipped, overlay)):
        for path in [*content_files(root), root / "cues.yaml", root / "traffic.yaml"]:
            if not path.exists():
                continue
            digest.update(f"{path.relative_to(root).as_posix()}\0".encode())
            digest.update(path.read_bytes())
            digest.update(b"\0")
    return digest.hexdigest()


def _lay(cards: dict[str, Card], card: Card, *, shipped_layer: bool) -> None:
    """A card of the overlay wins by id once it is active or retired; a draft waits and changes nothing."""
    if shipped_layer or card.status != "draft":
        cards[card.id] = card


def load(shipped: Path, overlay: Path | None = None, *, examples: bool = True) -> Catalogue:
    """The catalogue of both layers; without examples in a tenth of the time. Raises `PlaybookError` for the shipped
    layer only."""
    cards: dict[str, Card] = {}
    exemplars: list[LabelledText] = []
    drafts: list[LabelledDraft] = []
    problems: list[Problem] = []
    required_cards: dict[str, Card] = {}
    own: set[str] = set()
    layers = [shipped] if overlay is None else [shipped, overlay]
    for layer in layers:
        if layer is not shipped:
            required_cards = {card_id: cards[card_id] for card_id in REQUIRED if card_id in cards}
        for path in content_files(layer, examples=examples):
            try:
                if path.parent.name == "exemplars":
                    file = read_exemplars(path)
                    exemplars += [LabelledText(e, file.lang, file.theme) for e in file.messages]
                elif path.parent.name == "drafts":
                    written = read_drafts(path)
                    drafts += [LabelledDraft(d, written.lang, written.theme) for d in written.drafts]
                else:
                    card = read_card(path)
                    _lay(cards, card, shipped_layer=layer is shipped)
                    if layer is not shipped and cards.get(card.id) is card:
                        own.add(card.id)
            except PlaybookError as error:
                if layer is shipped:
                    raise
                for line in str(error).splitlines():
                    problems.append(Problem(*line.split(": ", 2)))
    for card_id, card in required_cards.items():
        if cards[card_id].status == "active":
            continue
        cards[card_id] = card
        own.discard(card_id)
        problems.append(
            Problem(f"{card_id.replace('.', '/')}.yaml", "status", "this card cannot be retired: it is used")
        )
    active = {key: card for key, card in sorted(cards.items()) if card.status == "active"}
    mine = frozenset(active) & own
    return Catalogue(active, tuple(exemplars), tuple(drafts), tuple(problems), len(exemplars), mine)
