"""`mediad user`: the accounts of a site. Works beside a running daemon."""

from __future__ import annotations

import getpass
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from evidence.clock import SystemClock
from evidence.errors import Invalid
from mediad.cli.output import print_json
from mediad.cli.root import config_option, json_option
from mediad.config import load
from mediad.store import open_store
from player.accounts import Account, Accounts
from policy.access import ROLES

_stdin_option = click.option(
    "--password-stdin", is_flag=True, help="Read the password from the first line of standard input."
)


@click.group()
def user() -> None:
    """Add, list, change and disable accounts. Every change is an entry in the ledger."""


@user.command()
@config_option
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice(ROLES), help="Repeat for more.")
@click.option("--display-name", default="", help="The name people read. Default: NAME.")
@click.option("--unit", default=None, help="The unit the person belongs to.")
@_stdin_option
def add(
    config_path: Path, name: str, roles: tuple[str, ...], display_name: str, unit: str | None, password_stdin: bool
) -> None:
    """Add the account NAME. An officer's NAME is the officer number on the recordings."""
    with _accounts(config_path) as accounts:
        account = accounts.create(name, display_name or name, roles, unit, _password(password_stdin), by=_operator())
    click.echo(f"Added {account.name} ({', '.join(account.roles)}).")


@user.command("list")
@config_option
@json_option
def list_(config_path: Path, as_json: bool) -> None:
    """List all accounts."""
    with _accounts(config_path) as accounts:
        found = accounts.list()
    if as_json:
        print_json([asdict(account) for account in found])
        return
    table = Table("Name", "Display name", "Roles", "Unit", "State", "Changed")
    for account in found:
        state = "enabled" if account.enabled else "disabled"
        table.add_row(
            account.name, account.display_name, ", ".join(account.roles), account.unit or "", state, account.updated_at
        )
    Console().print(table)


@user.command()
@config_option
@click.argument("name")
@click.option(
    "--role", "roles", multiple=True, type=click.Choice(ROLES), help="All roles from now on; repeat for more."
)
@click.option("--display-name", default=None, help="The name people read.")
@click.option("--unit", default=None, help='The unit the person belongs to from now on; "" for none.')
def change(config_path: Path, name: str, roles: tuple[str, ...], display_name: str | None, unit: str | None) -> None:
    """Give NAME other roles, another unit or display name, and end its sessions. What is not named stays."""
    with _accounts(config_path) as accounts:
        account = accounts.change(name, roles=roles or None, unit=unit, display_name=display_name, by=_operator())
    of_unit = f" of {account.unit}" if account.unit else ""
    click.echo(f"{account.name} ({account.display_name}) is {', '.join(account.roles)}{of_unit}.")


@user.command()
@config_option
@click.argument("name")
def disable(config_path: Path, name: str) -> None:
    """Disable NAME and end its sessions. The account's history stays."""
    _say(_set_enabled(config_path, name, False))


@user.command()
@config_option
@click.argument("name")
def enable(config_path: Path, name: str) -> None:
    """Let NAME sign in again."""
    _say(_set_enabled(config_path, name, True))


@user.command()
@config_option
@click.argument("name")
@_stdin_option
def password(config_path: Path, name: str, password_stdin: bool) -> None:
    """Set a new password for NAME and end its sessions."""
    with _accounts(config_path) as accounts:
        accounts.set_password(name, _password(password_stdin), by=_operator())
    click.echo(f"{name} has a new password.")


@contextmanager
def _accounts(config_path: Path) -> Iterator[Accounts]:
    with open_store(load(config_path)) as store:
        yield Accounts(store.engine, store.ledger, SystemClock())


def _set_enabled(config_path: Path, name: str, enabled: bool) -> Account:
    with _accounts(config_path) as accounts:
        return accounts.set_enabled(name, enabled, by=_operator())


def _say(account: Account) -> None:
    click.echo(f"{account.name} is {'enabled' if account.enabled else 'disabled'}.")


def _operator() -> str:
    """Who the ledger says did it."""
    return f"cli:{getpass.getuser()}"


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise Invalid("There is no terminal to ask for a password.", remedy="Use --password-stdin.")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))
