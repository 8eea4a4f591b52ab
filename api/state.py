"""What every route works with, built once when the server starts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from copilot.config import Settings
from copilot.pipeline import Copilot
from copilot.store import Cases, Database, Keys

__all__ = ["Server", "ServerDep"]


@dataclass(frozen=True)
class Server:
    settings: Settings
    copilot: Copilot
    database: Database
    keys: Keys
    cases: Cases


def _server(request: Request) -> Server:
    server: Server = request.app.state.server
    return server


ServerDep = Annotated[Server, Depends(_server)]
