"""The page of a study that is no list of designs: its answer, pictures, tables of numbers, and how it was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from experiments.report.page import template, versions
from experiments.report.pictures import Picture
from experiments.store.files import write_whole


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
    """Write `report.html`, one file that asks for nothing from outside, and the pictures to `figures/`."""
    from experiments.store.read import CONFIG

    for picture in pictures:
        write_whole(folder / "figures" / f"{picture.name}.svg", picture.svg)
    text = template("study.html").render(
        page=page,
        pictures=pictures,
        versions=versions(page.libraries),
        config_yaml=(folder / CONFIG).read_text(encoding="utf-8"),
    )
    path = folder / "report.html"
    write_whole(path, text.encode())
    return path
