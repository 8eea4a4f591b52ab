"""`keys`: who may use the server."""

from __future__ import annotations

import json

import click

from copilot.cli.common import open_database
from copilot.store.keys import ROLES, Keys

__all__ = ["keys"]


@click.group()
def keys() -> None:
    """Make, list and revoke access keys."""


@keys.command()
@click.argument("name")
@click.option("--role", type=click.Choice(list(ROLES)), default="agent", show_default=True)
def new(name: str, role: str) -> None:
    """Make a key for NAME. It is shown once."""
    _, secret = Keys(open_database()).new(name, role)
    click.echo(secret)
    click.echo("Keep it: it is stored as a hash and cannot be shown again.", err=True)


@keys.command("list")
@click.option("--json", "as_json", is_flag=True)
def list_(as_json: bool) -> None:
    """List all keys, without their secrets."""
    found = Keys(open_database()).list()
    if as_json:
        rows = [
            {
                "id": k.id,
                "name": k.name,
                "role": k.role,
                "hint": k.hint,
                "created_at": k.created_at.isoformat(),
                "revoked_at": k.revoked_at.isoformat() if k.revoked_at else None,
            }
            for k in found
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=1))
        return
    for key in found:
        state = f"revoked {key.revoked_at:%Y-%m-%d}" if key.revoked_at else "active"
        click.echo(f"{key.id}  {key.hint}…  {key.role:<10}  {state:<18}  {key.name}")


@keys.command()
@click.argument("name_or_id")
def revoke(name_or_id: str) -> None:
    """Revoke a key; whoever is signed in with it is signed out."""
    key = Keys(open_database()).revoke(name_or_id)
    click.echo(f"revoked {key.name} ({key.id})")
