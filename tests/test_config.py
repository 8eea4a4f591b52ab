"""Settings, and the directory where everything is kept."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from pydantic import ValidationError

from copilot.config import Settings, shipped
from copilot.errors import DataDirectoryError


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LEVELHEAD_DATA_DIR", str(tmp_path / "here"))
    monkeypatch.setenv("LEVELHEAD_PORT", "9090")
    monkeypatch.setenv("LEVELHEAD_UNHEARD_OF", "x")
    settings = Settings()
    assert settings.home == tmp_path / "here"
    assert settings.port == 9090
    assert settings.overlay == settings.home / "playbooks"
    assert settings.database == f"sqlite:///{tmp_path}/here/levelhead.db"


def test_by_default_only_this_machine_is_served() -> None:
    assert Settings().host == "127.0.0.1"
    assert set(Settings().allowed_hosts.split(",")) == {"127.0.0.1", "localhost", "[::1]"}


@pytest.mark.parametrize("port", ["-1", "65536", "http"])
def test_a_port_that_is_none_is_refused(monkeypatch: pytest.MonkeyPatch, port: str) -> None:
    monkeypatch.setenv("LEVELHEAD_PORT", port)
    with pytest.raises(ValidationError, match="port"):
        Settings()


def test_the_data_directory_is_made_and_closed_to_others(tmp_path: Path) -> None:
    home = Settings(data_dir=tmp_path / "a" / "b").prepare()
    assert home.is_dir()
    assert stat.S_IMODE(home.stat().st_mode) == 0o700
    assert (home / "playbooks").is_dir()
    assert Settings(data_dir=home).prepare() == home, "a second start finds it as it is"


@pytest.mark.parametrize("place", ["file", "file/below"])
def test_a_data_directory_that_cannot_be_says_what_to_do(tmp_path: Path, place: str) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(DataDirectoryError, match="LEVELHEAD_DATA_DIR") as caught:
        Settings(data_dir=tmp_path / place).prepare()
    assert str(tmp_path / place) in str(caught.value)


@pytest.mark.parametrize("name", ["playbooks", "prompts"])
def test_shipped_folders_are_found(name: str) -> None:
    assert shipped(name).is_dir()
