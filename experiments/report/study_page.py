"""The page of a study that is no list of designs: its answer, pictures, tables of numbers, and how it was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.report.page import template, versions, write_page
from experiments.report.pictures import Picture


@dataclass(frozen=True, slots=True)
class Grid:
    """A table of the page; the first `n_texts` columns hold text, the others numbers."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    n_texts: int = 1


@dataclass(frozen=True, slots=True)
class StudyPage:
    title: str
    sentences: tuple[str, ...]
    warnings: tuple[str, ...]
    grids: tuple[Grid, ...]
    method: tuple[str, ...]
    command: str
    libraries: tuple[str, ...] = ()
    """Whose versions are told beside those of every page."""


def write_study(folder: Path, page: StudyPage, pictures: Sequence[Picture]) -> Path:
    """The page, one file that asks for nothing from outside, and its pictures."""
    from experiments.store.read import CONFIG

    text = template("study.html").render(
        page=page,
        pictures=pictures,
        versions=versions(page.libraries),
        config_yaml=(folder / CONFIG).read_text(encoding="utf-8"),
    )
    return write_page(folder, text, pictures)


def told(
    grids: Sequence[Sequence[str]], sentences: Sequence[str], warnings: Sequence[str], folder: Path, page: str
) -> str:
    """The study for a terminal: each of its grids as lines, its answer, and where the rest is."""
    lines = [line for grid in grids for line in (*grid, "")]
    lines += [*sentences, ""]
    lines += [*(f"warning: {line}" for line in warnings), f"tables: {folder}", f"page:   {page}"]
    return "\n".join(lines) + "\n"


def as_lines(grid: Grid, most: int | None = None) -> list[str]:
    """The table for a terminal; with `most`, its first rows and how many there are besides."""
    rows = grid.rows[:most]
    widths = [max(len(row[at]) for row in (grid.header, *rows)) for at in range(len(grid.header))]
    lines = [grid.caption]
    for row in (grid.header, *rows):
        cells = (
            f"{cell:<{width}}" if at < grid.n_texts else f"{cell:>{width}}"
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        lines.append("  " + "  ".join(cells).rstrip())
    return lines if len(rows) == len(grid.rows) else [*lines, f"  and {len(grid.rows) - len(rows)} more"]
