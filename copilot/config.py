"""Settings from the environment, and the places where things are kept."""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from copilot.errors import DataDirectoryError

__all__ = ["Settings", "shipped"]


def shipped(name: str) -> Path:
    """The shipped folder `playbooks` or `prompts`: inside an installed wheel, or beside the source."""
    here = Path(__file__).resolve().parent
    packaged = here / "_content" / name
    return packaged if packaged.is_dir() else here.parent / name


class Settings(BaseSettings):
    """Read from `LEVELHEAD_*` variables; every one has a default that works on one machine."""

    model_config = SettingsConfigDict(env_prefix="LEVELHEAD_", extra="ignore", frozen=True)

    data_dir: Path = Field(default=Path("~/.local/share/levelhead"), description="where everything is kept")
    host: str = Field(default="127.0.0.1", description="address to listen on")
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on")
    database_url: str | None = Field(default=None, description="SQLAlchemy URL; SQLite in the data directory if unset")
    chroma_url: str | None = Field(default=None, description="a Chroma server, http://host:port; embedded if unset")
    allowed_hosts: str = Field(
        default="127.0.0.1,localhost,[::1]", description="Host headers the server answers to, comma-separated"
    )
    secure_cookies: bool = Field(default=False, description="set to true behind HTTPS")

    @property
    def home(self) -> Path:
        return self.data_dir.expanduser().resolve()

    @property
    def overlay(self) -> Path:
        """The organisation's own playbooks."""
        return self.home / "playbooks"

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home / 'levelhead.db'}"

    def prepare(self) -> Path:
        """Make the data directory, closed to other users, or say why it cannot be used."""
        try:
            self.home.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.overlay.mkdir(exist_ok=True)
        except OSError as error:
            raise self._unusable(str(error.strerror)) from error
        if not os.access(self.home, os.W_OK | os.X_OK):
            raise self._unusable("it is not writable")
        return self.home

    def _unusable(self, why: str) -> DataDirectoryError:
        return DataDirectoryError(
            f"data directory {self.home}: {why}. Make it writable, or set LEVELHEAD_DATA_DIR to a directory that is."
        )
