"""`python -m bench [names…] [--json OUT]`: measures, prints a table and writes JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from bench import (
    browser,
    cases,
    compliance,
    content,
    coverage,
    digest,
    docks,
    glass,
    intake,
    ledger,
    library,
    live,
    retention,
    serving,
)
from bench.figures import Figure

_BENCHES = {
    "browser": browser.measure,
    "cases": cases.measure,
    "compliance": compliance.measure,
    "content": content.measure,
    "coverage": coverage.measure,
    "digest": digest.measure,
    "docks": docks.measure,
    "glass": glass.measure,
    "intake": intake.measure,
    "ledger": ledger.measure,
    "library": library.measure,
    "live": live.measure,
    "retention": retention.measure,
    "serving": serving.measure,
}


@click.command()
@click.argument("names", nargs=-1, type=click.Choice(sorted(_BENCHES)))
@click.option("--json", "out", default="bench/out/figures.json", type=click.Path(path_type=Path))
def main(names: tuple[str, ...], out: Path) -> None:
    """Measure the named benches, or all."""
    Path("bench/out").mkdir(parents=True, exist_ok=True)
    figures = [figure for name in names or sorted(_BENCHES) for figure in _BENCHES[name]()]
    out.write_text(json.dumps([asdict(figure) for figure in figures], ensure_ascii=False, indent=1) + "\n")
    table = Table("Figure", "Unit", "Ours", "Theirs", "Ratio", "Target", "Met", "Note")
    for figure in figures:
        table.add_row(*_cells(figure))
    # Wide enough for a log file too: a wrapped table cannot be read.
    Console(width=max(150, Console().width)).print(table)


def _cells(figure: Figure) -> list[str]:
    numbers = [
        "—" if value is None else f"{value:,.{places}f}"
        for value, places in ((figure.ours, 1), (figure.theirs, 1), (figure.ratio, 3))
    ]
    met = "—" if figure.met is None else "met" if figure.met else "missed"
    return [figure.name, figure.unit, *numbers, figure.target, met, figure.note]


if __name__ == "__main__":
    main()
