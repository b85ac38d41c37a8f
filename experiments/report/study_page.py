"""The page of a study that is no list of designs: its answer, pictures, tables of numbers, and how it was found."""

from collections.abc import Sequence
from pathlib import Path

from experiments.report.page import template, versions, write_page
from experiments.report.pictures import Picture
from experiments.store.rows import Grid


def write_study(folder: Path, pictures: Sequence[Picture], libraries: Sequence[str], **shown: object) -> None:
    """The page, one file that asks for nothing from outside, and its pictures.

    `libraries`: whose versions are told beside those of every page; `shown`: the other names of `study.html`.
    """
    from experiments.store.read import CONFIG

    config_yaml = (folder / CONFIG).read_text(encoding="utf-8")
    page = template("study.html")
    text = page.render(pictures=pictures, versions=versions(libraries), config_yaml=config_yaml, **shown)
    write_page(folder, text, pictures)


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
