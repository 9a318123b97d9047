"""The `mediad` command: names its subcommands and loads the one that is asked for."""

from __future__ import annotations

import importlib
from pathlib import Path

import click

from mediad import __version__

# Command → what it does. Each is in the module of mediad.cli by its name, and loaded when it is asked for.
_COMMANDS = {
    "init": "Make a new site.",
    "serve": "Run the site: docks, sealing, web pages.",
    "demo": "Play a shift's end on a site of its own.",
    "ingest": "Take in files without a dock.",
    "verify": "Prove that recordings are as they were sealed.",
    "check": "Prove the site's promises I1 to I5.",
    "restored": "Go on with a database that was restored from a backup, and say so.",
    "rebuild": "Make the catalog again from ledger and blobs.",
    "user": "Add, list, change and disable accounts.",
    "retention": "What has expired, and what another item list would do.",
    "renditions": "List copies and thumbnails, and have failed ones made again.",
    "extract": "Write recordings and viewing log into one SQLite file.",
}


class _Lazy(click.Group):
    """Loads a subcommand's module when it is needed: `mediad user` should not wait for the media libraries."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = getattr(importlib.import_module(f"mediad.cli.{cmd_name}"), cmd_name)
        if not isinstance(command, click.Command):
            raise TypeError(f"mediad.cli.{cmd_name} has no command")
        return command


@click.group(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="mediad")
def mediad() -> None:
    """Evidence media server: takes in body-camera footage, seals it, and logs every second that is viewed.

    \b
    A new site:     mediad init /srv/mediad && mediad user add -c /srv/mediad/mediad.toml ...
    Run it:         mediad serve -c /srv/mediad/mediad.toml
    Try it out:     mediad demo

    Exit codes: 0 fine, 1 something was found, 2 wrong usage, 3 the environment is not right.
    """


config_option = click.option(
    "-c",
    "--config",
    "config_path",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("mediad.toml"),
    envvar="MEDIAD_CONFIG",
    show_default=True,
    help="The site's configuration file ($MEDIAD_CONFIG).",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs instead of text.")
