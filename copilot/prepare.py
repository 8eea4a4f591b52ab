"""What is made once a content and kept: the index, and the models fitted to the examples."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import joblib
import numpy as np
import sklearn
import yaml
from filelock import FileLock

from copilot.config import shipped
from copilot.cues import CueCounter
from copilot.embed import Encoder, Vectors
from copilot.index import CardIndex, Progress
from copilot.judge import Fitted
from copilot.judge import fit as fit_models
from copilot.net.session import Network
from copilot.phrasebook import Phrasebook
from copilot.playbooks.load import Catalogue, fingerprint, load
from copilot.recall import Words, records_of
from copilot.signals import SignalMatcher
from copilot.text import fold

__all__ = ["Known", "cues_of", "exemplar_texts", "prepare", "texts_of"]

_FORMAT = "11"  # raised when what is cached changes its shape
_EMBED_BATCH = 512

Known = tuple[Catalogue, Fitted, Words, Phrasebook]


def prepare(
    home: Path, overlay: Path, encoder: Encoder, network: Network, index: CardIndex, progress: Progress | None
) -> Known:
    """What was made of this content before, or makes it: about a minute. The index is open afterwards."""
    content = fingerprint(shipped("playbooks"), overlay)
    parts = (_FORMAT, content, encoder.name, network.name, sklearn.__version__)
    name = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    cache = home / "models" / f"{name[:16]}.joblib"
    known = _kept(cache) if index.open(name) else None
    if known is not None:
        return known
    cache.parent.mkdir(exist_ok=True)
    with FileLock(cache.with_name("building.lock")):  # another process may be at it, and done when we come in
        known = _kept(cache) if index.open(name) else None
        if known is None:
            known = _fit(load(shipped("playbooks"), overlay), encoder, network, index, name, progress)
            _keep(cache, known)
    return known


def cues_of(catalogue: Catalogue) -> CueCounter:
    return CueCounter.read(shipped("playbooks"), SignalMatcher(catalogue.of_kind("flag")))


def texts_of(catalogue: Catalogue) -> list[str]:
    """What has to be embedded, each text once: exemplars with a situation are records of the index too."""
    return list(dict.fromkeys([record.text for record in records_of(catalogue)] + exemplar_texts(catalogue)))


def exemplar_texts(catalogue: Catalogue) -> list[str]:
    """As they are read: folded."""
    return [fold(item.exemplar.text).text for item in catalogue.exemplars]


def _fit(
    catalogue: Catalogue, encoder: Encoder, network: Network, index: CardIndex, name: str, progress: Progress | None
) -> Known:
    records = records_of(catalogue)
    texts = exemplar_texts(catalogue)
    unique = texts_of(catalogue)
    vector_of: dict[str, Vectors] = {}
    for at in range(0, len(unique), _EMBED_BATCH):
        part = unique[at : at + _EMBED_BATCH]
        vector_of.update(zip(part, encoder.encode(part), strict=True))
        if progress:
            progress("embed", at + len(part), len(unique))
    if progress:
        progress("fit", 0, 1)
    traffic = yaml.safe_load((shipped("playbooks") / "traffic.yaml").read_text(encoding="utf-8"))["stances"]
    labels = catalogue.exemplars
    known = np.stack([vector_of[text] for text in texts])
    fitted = fit_models(texts, known, labels, network, cues_of(catalogue), traffic)
    words = Words.fit(records)
    phrasebook = Phrasebook.fit(catalogue.cards.values(), catalogue.drafts, encoder)
    if progress:
        progress("fit", 1, 1)
    index.build(name, records, np.stack([vector_of[r.text] for r in records]), progress)
    return catalogue.without_examples(), fitted, words, phrasebook


def _kept(path: Path) -> Known | None:
    """What was fitted earlier; a file that cannot be read is as good as none."""
    try:
        known: Known = joblib.load(path)
    except Exception:  # a cut-off or foreign file can fail in any way
        return None
    return known


def _keep(path: Path, value: object) -> None:
    """Write whole or not at all; older caches go."""
    partial = path.with_suffix(f".{os.getpid()}.partial")
    joblib.dump(value, partial)
    partial.replace(path)
    for old in path.parent.glob("*.joblib"):
        if old != path:
            old.unlink(missing_ok=True)
