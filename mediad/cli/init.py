"""`mediad init`: make a new site."""

from __future__ import annotations

from pathlib import Path

import click

from evidence.clock import SystemClock
from mediad.site_files import CONFIG_NAME, NewBay, NewSite, make_site

_DEFAULTS = NewSite()


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False))
@click.option("--name", default=_DEFAULTS.name, show_default=True, help="The site's name as people read it.")
@click.option("--unit", default="", help="The unit that the footage belongs to unless a file says otherwise.")
@click.option("--timezone", default=_DEFAULTS.timezone, show_default=True, help="Time zone of the devices' clocks.")
@click.option("--port", default=_DEFAULTS.port, show_default=True, type=click.IntRange(1, 65535))
@click.option(
    "--catalog", "catalog_url", default="", help="postgresql://… instead of an SQLite file in the data directory."
)
@click.option(
    "--bay",
    "bays",
    multiple=True,
    metavar="NAME=FOLDER",
    help="A dock's folder; repeat for more. Default: bay-1=bays/1 inside DIRECTORY.",
)
def init(
    directory: Path, name: str, unit: str, timezone: str, port: int, catalog_url: str, bays: tuple[str, ...]
) -> None:
    """Make a new site in DIRECTORY: commented configuration, keys, database and data folder.

    Nothing that exists is overwritten.
    """
    wishes = NewSite(
        name=name,
        unit=unit,
        timezone=timezone,
        port=port,
        catalog_url=catalog_url,
        bays=tuple(_bay(text) for text in bays) or _DEFAULTS.bays,
    )
    config = make_site(directory, wishes, SystemClock())
    click.echo(f"Made a site in {directory}: read {directory / CONFIG_NAME}.")
    click.echo(f"Back up {config.keys.seal.parent}: without these keys nothing more can be sealed in this ledger.")
    click.echo(f"Next: mediad user add -c {directory / CONFIG_NAME} NAME --role admin")
    click.echo(f"Then: mediad serve -c {directory / CONFIG_NAME}")


def _bay(text: str) -> NewBay:
    name, separator, path = text.partition("=")
    if not separator or not name or not path:
        raise click.BadParameter(f"{text!r} is not NAME=FOLDER", param_hint="--bay")
    return NewBay(name, path)
