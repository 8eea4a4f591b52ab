"""The vector store: the one file that knows Chroma.

A collection is named after the fingerprint of what it holds and is put in place only when it is whole, so an
interrupted build leaves the old index in use and the next start builds again. No metadata filter is used: its cost
grows with the collection.
"""

from __future__ import annotations

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
    """Records and their vectors, persisted."""

    _BATCH = 500

    def __init__(self, home: Path, url: str | None = None) -> None:
        import chromadb
        from chromadb.config import Settings

        quiet = Settings(anonymized_telemetry=False)
        try:
            if url:
                parts = urlsplit(url)
                self._client: Any = chromadb.HttpClient(
                    host=parts.hostname or "localhost",
                    port=parts.port or 8000,
                    ssl=parts.scheme == "https",
                    settings=quiet,
                )
            else:
                self._client = chromadb.PersistentClient(path=str(home / "index"), settings=quiet)
        except Exception as error:  # Chroma raises whatever its layers raise
            where = url or str(home / "index")
            raise IndexError_(f"the index at {where} cannot be opened: {error}") from error
        self._collection: Any = None

    @staticmethod
    def _name(fingerprint: str) -> str:
        return f"cards-{fingerprint[:16]}"

    def open(self, fingerprint: str) -> bool:
        """Whether a whole index of this content exists; if so it is used from now on."""
        name = self._name(fingerprint)
        if name not in {c.name for c in self._client.list_collections()}:
            return False
        self._collection = self._client.get_collection(name, embedding_function=None)
        return True

    def build(
        self, fingerprint: str, records: Sequence[Record], vectors: Vectors, progress: Progress | None = None
    ) -> None:
        """Put `records` in place of whatever was indexed before."""
        building = f"building-{fingerprint[:16]}"
        for stale in {c.name for c in self._client.list_collections()}:
            if stale == building:
                self._client.delete_collection(stale)
        collection = self._client.create_collection(
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
        collection.modify(name=self._name(fingerprint))
        self._collection = collection
        for old in {c.name for c in self._client.list_collections()} - {self._name(fingerprint)}:
            self._client.delete_collection(old)

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
