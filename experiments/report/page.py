"""The page of a run: the answer in sentences, the pictures, the numbers, and how far they may be trusted."""

import importlib.metadata
import platform
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from experiments.formatting import tied
from experiments.report.contents import content
from experiments.report.pictures import Picture, draw
from experiments.report.sentences import too_few_replications
from experiments.report.stored_designs import read_family, read_points, read_values, read_window
from experiments.store.files import write_whole

if TYPE_CHECKING:
    import pandas as pd

PACKAGES: Final = ("cargohub", "numpy", "pandas", "scipy", "simpy", "hydra-core", "matplotlib")


def write_report(
    tables: "Mapping[str, pd.DataFrame]",
    *,
    title: str,
    command: str,
    config_yaml: str,
    seed: int,
    replications: int,
    notes: Sequence[str],
    folder: Path,
) -> None:
    """Write `report.html`, one file that asks for nothing from outside, and its figures to `figures/`.

    `notes`: lines below the answer.
    """
    points = read_points(tables["points"], tables.get("factors"))
    values = read_values(tables["summary"])
    window = read_window(tables["flights"], config_yaml)
    pictures = draw(tables, points, values, window)
    text = template("template.html").render(
        title=title,
        command=command,
        config_yaml=config_yaml,
        seed=seed,
        replications=replications,
        too_few=too_few_replications(replications),
        notes=notes,
        pictures=pictures,
        versions=versions(),
        **content(tables, points, values, window, family=read_family(config_yaml), command=command),
    )
    write_page(folder, text, pictures)


def write_page(folder: Path, text: str, pictures: Sequence[Picture]) -> None:
    """`report.html` and its pictures, each whole or not at all, the page last."""
    for picture in pictures:
        write_whole(folder / "figures" / f"{picture.name}.svg", picture.svg)
    write_whole(folder / "report.html", text.encode())


def versions(more: Sequence[str] = ()) -> list[str]:
    """Python's and the packages' that the numbers rest on; `more`: those of this study alone."""
    found = [f"Python {platform.python_version()}"]
    for name in (*PACKAGES, *more):
        try:
            found.append(f"{name} {importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def template(name: str) -> Any:  # noqa: ANN401 - jinja2 is loaded late
    """A page of this folder, to be rendered."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    found = Environment(
        loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True,
    )  # fmt: skip
    found.filters["tied"] = tied
    return found.get_template(name)
