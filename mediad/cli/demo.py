"""`mediad demo`: the end of a shift, played on a site of its own."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from evidence.clock import SystemClock
from mediad import log
from mediad.demo.run import Login, Telling, play, prepare

_LOG_NAME = "mediad.log"


@click.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), default=Path("demo-site"))
@click.option("--port", default=8300, show_default=True, type=click.IntRange(0, 65535), help="0: any free one.")
@click.option("--fast", is_flag=True, help="Short footage and no waiting: for tests.")
@click.option("--once", is_flag=True, help="End when everything is sealed and made, instead of going on.")
def demo(directory: Path, port: int, fast: bool, once: bool) -> None:
    """Make a site in DIRECTORY, start it, dock three cameras at the end of their shift, and record an interview room.

    The footage is generated: H.264, HEVC and MJPEG recordings, a photo, one recording whose camera lost power, and
    a recorder in the interview room that writes a growing file.
    Prints the address and one account per role. Ctrl-C ends it; the site stays in DIRECTORY, and the next
    demonstration there begins anew.
    """
    clock = SystemClock()
    config, logins = prepare(directory, port, clock)
    console = Console()
    with (directory / _LOG_NAME).open("a", encoding="utf-8") as stream:
        log.configure("info", stream)

        def preparing(name: str) -> None:
            console.print(f"  camera footage made: {name}", highlight=False)

        def ready(address: str, people: tuple[Login, ...]) -> None:
            console.print(_welcome(address, people, directory))

        def docked() -> None:
            console.print("All three cameras are docked. Ctrl-C ends the demonstration." if not once else "Docked.")

        def interviewing() -> None:
            console.print("An interview goes on in 一号询问室: 现场 / Live rooms, as 张伟 (runs it) or chen (watches).")

        telling = Telling(preparing, ready, docked, interviewing)
        asyncio.run(play(config, logins, clock, telling, fast=fast, once=once))
    console.print(f"Ended. The site is in {directory}; its log is {directory / _LOG_NAME}.")


def _welcome(address: str, people: tuple[Login, ...], directory: Path) -> Table:
    table = Table(
        title=f"mediad demo: open {address}",
        title_style="bold",
        caption=f"Three cameras are about to be docked. These accounts are also in {directory}/demo-accounts.txt.",
    )
    for heading in ("Role", "Account 账号", "Password 密码", "Name", "For"):
        table.add_column(heading, no_wrap=heading in ("Account 账号", "Password 密码"))
    for login in people:
        who = login.person
        table.add_row(who.role, who.account, login.password, who.display_name, who.may)
    return table
