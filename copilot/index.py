"""The vector store: the one file that knows Chroma.

An index is known by the fingerprint of what it holds. No metadata filter is used: its cost grows with the collection.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from copilot.embed import Vectors
from copilot.errors import IndexError_

__all__ = ["CardIndex", "Match", "Record"]

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Record:
    """One searchable text of a card."""

    id: str
    card: str
    text: str


@dataclass(frozen=True)
class Match:
    """A record near the query; `similarity` is the cosine, -1..1."""

    id: str
    card: str
    similarity: float


class CardIndex:
    """Records and their vectors, persisted: embedded in a folder of its own a content, or on a Chroma server."""

    _BATCH = 500
    _KEPT = 2  # the content in use and the one before: a server that still runs on it goes on

    def __init__(self, home: Path, url: str | None = None) -> None:
        self._folder = home / "index"
        self._url = url
        self._collection: Any = None

    def _client(self, name: str) -> Any:
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        try:
            if self._url:
                parts = urlsplit(self._url)
                host, secure = parts.hostname or "localhost", parts.scheme == "https"
                return chromadb.HttpClient(host=host, port=parts.port or 8000, ssl=secure, settings=quiet)
            return chromadb.PersistentClient(path=str(self._folder / name), settings=quiet)
        except Exception as error:  # Chroma raises whatever its layers raise
            raise IndexError_(f"the index at {self._url or self._folder} cannot be opened: {error}") from error

    @staticmethod
    def _name(fingerprint: str) -> str:
        return f"cards-{fingerprint[:16]}"

    def open(self, fingerprint: str) -> bool:
        """Whether a whole index of this content exists; if so it is used from now on."""
        name = self._name(fingerprint)
        if not self._url and not (self._folder / name).is_dir():
            return False
        client = self._client(name)
        if name not in {c.name for c in client.list_collections()}:
            return False
        self._collection = client.get_collection(name, embedding_function=None)
        return True

    def build(
        self, fingerprint: str, records: Sequence[Record], vectors: Vectors, progress: Progress | None = None
    ) -> None:
        """Index `records`. The collection takes its name when it is whole, so a build that is cut off never counts."""
        name, building = self._name(fingerprint), f"building-{fingerprint[:16]}"
        client = self._client(name)
        for stale in {c.name for c in client.list_collections()} & {name, building}:
            client.delete_collection(stale)
        collection = client.create_collection(
            building, configuration={"hnsw": {"space": "cosine"}}, embedding_function=None
        )
        for at in range(0, len(records), self._BATCH):
            part = records[at : at + self._BATCH]
            collection.add(
                ids=[r.id for r in part],
                embeddings=vectors[at : at + len(part)],
                metadatas=[{"card": r.card} for r in part],
            )
            if progress:
                progress("index", min(at + self._BATCH, len(records)), len(records))
        collection.modify(name=name)
        self._collection = collection
        if not self._url:
            self._forget(name)

    def _forget(self, current: str) -> None:
        """Remove the folders of contents long gone."""
        others = [path for path in self._folder.iterdir() if path.name != current]
        others.sort(key=lambda path: path.stat().st_mtime, reverse=True)
        for path in others[self._KEPT - 1 :]:
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)

    def query(self, vector: Any, k: int) -> list[Match]:
        """The k nearest records, nearest first."""
        if self._collection is None:
            raise IndexError_("the index is not built yet: run `levelhead index`")
        answer = self._collection.query(query_embeddings=[vector], n_results=k, include=["metadatas", "distances"])
        return [
            Match(id_, str(metadata["card"]), 1.0 - float(distance))
            for id_, metadata, distance in zip(
                answer["ids"][0], answer["metadatas"][0], answer["distances"][0], strict=True
            )
        ]

    def count(self) -> int:
        return int(self._collection.count()) if self._collection is not None else 0
