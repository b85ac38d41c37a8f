"""What a command says: with colours and ruled tables on a terminal, plain lines that scripts can read elsewhere."""

import os
import sys
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final, TypeAlias

from experiments.report.sections import as_lines
from experiments.report.verdicts import DesignVerdict
from experiments.store.rows import Grid

if TYPE_CHECKING:
    from rich.table import Table

Item: TypeAlias = DesignVerdict | Grid | str

WARNING: Final = "warning: "
_COLORS: Final = {"carries": "bold green", "close": "bold yellow", "fails": "bold red", "unstable": "bold red"}
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
