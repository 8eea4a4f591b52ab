"""Who uses the server: an agent, another agent, a trainer, an admin, and nobody in particular."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from fastapi.testclient import TestClient
from httpx import Response

from copilot.store import Database, Key, Keys

__all__ = ["HOST", "Personas", "Visitor"]

HOST = "http://127.0.0.1"
_CSRF = re.compile(r'<meta name="csrf" content="([^"]+)">')
Fields = Mapping[str, str | Sequence[str]]


@dataclass
class Visitor:
    """A browser: keeps cookies and sends forms as our own pages would."""

    http: TestClient
    key: Key | None = None
    secret: str = ""

    def get(self, path: str, **options: object) -> Response:
        return self.http.get(path, **options)  # type: ignore[arg-type]

    @property
    def csrf(self) -> str:
        found = _CSRF.search(self.get("/sign-in").text)
        assert found, "the page carries no token"
        return found.group(1)

    def send(self, path: str, fields: Fields | None = None, **options: object) -> Response:
        """Post a form with the token that the page gave."""
        return self.http.post(path, data={"csrf": self.csrf, **(fields or {})}, **options)  # type: ignore[arg-type]

    def sign_in(self) -> Visitor:
        answer = self.send("/sign-in", {"access_key": self.secret})
        assert answer.status_code == 200, answer.text
        return self

    def read(self, text: str, **fields: str | Sequence[str]) -> Response:
        return self.send("/", {"text": text, **fields})


class Personas:
    """Makes personas for one server. Names are roles; `agent-2` is another agent."""

    def __init__(self, app: FastAPI, database: Database) -> None:
        self.app = app
        self.keys = Keys(database)
        self._made: dict[str, tuple[Key, str]] = {}

    def _known(self, name: str) -> tuple[Key, str]:
        if name not in self._made:
            self._made[name] = self.keys.new(name, name.partition("-")[0])
        return self._made[name]

    def key(self, name: str) -> Key:
        return self._known(name)[0]

    def client(self, name: str = "agent", **options: object) -> TestClient:
        """A program with this persona's key; `nobody` has none."""
        headers = {} if name == "nobody" else {"Authorization": f"Bearer {self._known(name)[1]}"}
        return TestClient(self.app, base_url=HOST, headers=headers, **options)  # type: ignore[arg-type]

    def visitor(self, name: str = "agent", language: str = "en") -> Visitor:
        """A browser; signed in unless it is `nobody`'s."""
        http = TestClient(self.app, base_url=HOST, headers={"Accept": "text/html", "Accept-Language": language})
        if name == "nobody":
            return Visitor(http)
        return Visitor(http, *self._known(name)).sign_in()
