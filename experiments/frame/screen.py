"""What a command says: with colours and ruled tables on a terminal, plain lines that scripts can read elsewhere."""

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from experiments.formatting import kpi_name
from experiments.report.sections import as_lines
from experiments.report.verdicts import DesignVerdict
from experiments.store.rows import Grid
from sim.measures.kpis import KPIS

if TYPE_CHECKING:
    from rich.table import Table

Item: TypeAlias = DesignVerdict | Grid | str

WARNING: Final = "warning: "
_COLORS: Final = {"carries": "bold green", "close": "bold yellow", "fails": "bold red", "unstable": "bold red"}
_KEY: Final = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
_LEAST_TEXT: Final = 20
"""Characters of a column of text, below which its words would be broken."""
_WIDEST: Final = 10_000
"""Characters, of a table that no terminal holds."""


def is_terminal() -> bool:
    """Whether the output is a terminal that shows colours, and whose user wants them (no-color.org)."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM", "dumb") in ("dumb", "unknown")
    return sys.stdout.isatty() and not is_plain


def say(items: Iterable[Item], most_rows: int | None = None) -> None:
    """Print verdicts, tables and lines in this order; of each table at most so many rows."""
    if is_terminal():
        _draw(items, most_rows)
    else:
        sys.stdout.write("\n".join(line for item in items for line in _plain(item, most_rows)) + "\n")


def grid_in_words(grid: Grid, titles: Mapping[str, str]) -> Grid:
    """A table with designs and KPIs as a reader calls them."""
    rows = tuple((in_words(titles.get(row[0], row[0]), {}), *row[1:]) for row in grid.rows)
    header = tuple(in_words(heading, {}) for heading in grid.header)
    return replace(grid, caption=in_words(grid.caption, titles), header=header, rows=rows)


def in_words(line: str, titles: Mapping[str, str]) -> str:
    """A line with designs and KPIs as a reader calls them.

    >>> in_words("liege_30k: dwell_mean_h reads 'more than'", {"liege_30k": "30,000 m²"})
    "30,000 m²: Dwell, mean reads 'more than'"
    """
    for label in sorted(titles, key=len, reverse=True):
        if line.startswith((f"{label}: ", f"{label}, ", f"{label} ")):
            line = titles[label] + line.removeprefix(label)
            break
    return _KEY.sub(lambda key: kpi_name(key[0]) if key[0] in KPIS else key[0], line)


def _plain(item: Item, most_rows: int | None) -> Iterator[str]:
    if isinstance(item, Grid):
        yield from as_lines(item, most_rows)
        yield ""
    else:
        yield str(item)


def _draw(items: Iterable[Item], most_rows: int | None) -> None:
    from rich.console import Console
    from rich.measure import Measurement
    from rich.text import Text

    console = Console(highlight=False)
    for item in items:
        if isinstance(item, Grid):
            table = _table(item, most_rows)
            # A terminal that is too narrow breaks lines itself; figures are never cut.
            least = Measurement.get(console, console.options.update(max_width=_WIDEST), table).minimum
            console.print(table, width=max(console.width, least), crop=False)
            if most_rows is not None and len(item.rows) > most_rows:
                console.print(Text(f"and {len(item.rows) - most_rows} more (--all)", "dim"))
            console.print()
        elif isinstance(item, DesignVerdict):
            title, word, details = item.title, item.word, item.details
            console.print(Text.assemble((title, "bold"), ": ", (word, _COLORS[item.kind]), f". {details}"))
        else:
            console.print(Text(item, "yellow" if item.startswith(WARNING) else ""), soft_wrap=":   /" in item)


def _table(grid: Grid, most_rows: int | None) -> "Table":
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(
        title=Text(grid.caption) if grid.caption else None, title_justify="left", title_style="dim",
        box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False,
    )  # fmt: skip
    rows = grid.rows[:most_rows]
    for at, heading in enumerate(grid.header):
        widest = max((len(line) for row in rows for line in row[at].split("\n")), default=0)
        is_number = at >= grid.n_texts
        least = widest if is_number else min(widest, _LEAST_TEXT)
        table.add_column(Text(heading), justify="right" if is_number else "left", min_width=least, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell, _COLORS.get((grid.looks or {}).get(cell.split("\n")[0], ""), "")) for cell in row))
    return table
