"""Every verb's page: one file that loads nothing from outside, and its pictures."""

import importlib.metadata
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from experiments.report import style
from experiments.report.sections import Page, as_source, pictures_in
from experiments.report.sheet import sheet
from experiments.report.typesetting import tied
from experiments.store.files import write_whole
from sim.files import content_of

if TYPE_CHECKING:
    from markupsafe import Markup

Template: TypeAlias = Any
"""A template of jinja2, which is imported late; or the environment."""
PAGE: Final = "report.html"
_FIGURE: Final = re.compile(rb'(?:<h3>([^<\n]{1,200})</h3>\s*)?<figure data-name="([\w.-]+)"')
PACKAGES: Final = ("cargohub", "numpy", "pandas", "scipy", "simpy", "hydra-core", "matplotlib")


class WhenPage(StrEnum):
    """When a run's page and pictures are made: after the answer is printed, on request, or never."""

    NOW = "now"
    LATER = "later"
    NONE = "none"


def files_of(page: Page, command: str, libraries: Sequence[str] = ()) -> dict[str, bytes]:
    """The page and its pictures, by their names in a run folder, the page last.

    `libraries`: their versions are shown in addition to those on every page.
    """
    pictures = {picture_file(picture.name): picture.svg for picture in pictures_in(page.sections)}
    # After the pictures, because the page lays out their figures again.
    first = as_source(style.svg(sheet(page.title, page.brief, command))) if page.brief else ""
    text = template("page.html").render(page=page, command=command, versions=_versions(libraries), sheet=first)
    return {**pictures, PAGE: text.encode()}


def template(name: str) -> Template:
    return _templates().get_template(name)


@cache
def _templates() -> Template:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    pages = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    pages.filters |= {"marked": _marked, "tied": tied}
    return pages


def write_page(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write the files, each whole or not at all."""
    for name, content in files.items():
        write_whole(folder / name, content)


def picture_file(name: str) -> str:
    """Path of a picture of the page, in the run folder."""
    return f"figures/{name}.svg"


def pictures_shown(folder: Path) -> dict[str, str]:
    """Names of the pictures on a run's page with their headings, in order; none without a page.

    Raises:
        InputError: a page that is not a file, or is too large.
    """
    is_there = (folder / PAGE).exists()
    figures = _FIGURE.findall(content_of(folder / PAGE)) if is_there else []
    return {name.decode(): unescape(heading.decode(errors="replace")) for heading, name in figures}


def is_drawn(folder: Path) -> bool:
    """Whether a run's page exists with all its pictures.

    Raises:
        InputError: as `pictures_shown`.
    """
    files = [folder / PAGE, *(folder / picture_file(name) for name in pictures_shown(folder))]
    return all(file.is_file() and file.stat().st_size for file in files)


def _marked(text: str) -> "Markup":
    """Text with `commands` and *terms* marked, and numbers tied to their units."""
    from markupsafe import Markup, escape

    parts = re.split(r"`([^`]+)`", str(escape(text)))
    parts[::2] = [re.sub(r"(?<!\w)\*(\w[^*]*)\*(?!\w)", r"<em>\1</em>", tied(part)) for part in parts[::2]]
    parts[1::2] = [f"<code>{part}</code>" for part in parts[1::2]]
    return Markup("".join(parts))  # noqa: S704 - escaped above


def _versions(more: Sequence[str]) -> Iterator[str]:
    """Versions of Python and the packages that decide the numbers; `more`: packages of this study only."""
    yield f"Python {platform.python_version()}"
    for name in (*PACKAGES, *more):
        try:
            yield f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            continue
