"""`--show`: what a command would run, refused where the run would refuse it."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

import yaml

from experiments.arguments import Arguments
from experiments.composition import compose
from experiments.designs.design import Design, DesignKeys, several, single
from experiments.designs.grid import grid_of
from experiments.designs.spreadsheet import compose_design, designs_among
from experiments.designs.staffing_text import staffing_lines
from experiments.replications.replicating import check_designs
from experiments.studies.sweep import points_of
from sim.config import HubConfig
from sim.errors import CargohubError
from sim.reading import plain

COMPOSED: Final = ("run", "compare", "sweep")
"""Verbs that take `--show`."""


def show(arguments: Arguments) -> int:
    """Print the composed configuration: one document, or one a design of a sweep or of `designs=`."""
    if arguments.verb not in COMPOSED:
        raise CargohubError(f"--show: {arguments.verb} composes no configuration; {', '.join(COMPOSED)} do")
    titles, documents, points, study = _asked(arguments)
    check_designs(points, study)
    if arguments.json:
        fitted = [_with_fit(document, point.hub) for document, point in zip(documents, points, strict=False)]
        print(json.dumps(fitted if titles else fitted[0], indent=2))
        return 0
    for number, document in enumerate(documents):
        if titles:
            print(f"---\n# {titles[number]}")
        print(
            yaml.safe_dump(_with_fit(document, points[number].hub), sort_keys=False, allow_unicode=True, width=120),
            end="",
        )
        print("\n".join(f"# {line}" for line in staffing_lines(points[number].hub)))
    return 0


def _with_fit(document: Mapping[str, Any], hub: HubConfig) -> dict[str, Any]:
    """The document with what fit=auto changed."""
    return {**document, **({key: plain(getattr(hub, key)) for key in ("halls", "fitted")} if hub.fitted else {})}


def _asked(arguments: Arguments) -> tuple[list[str], Sequence[Mapping[str, Any]], list[Design], DesignKeys]:
    """Titles of several documents, the documents, and what the run would be asked."""
    words, folder = arguments.words, arguments.config_dir
    if arguments.verb == "sweep":
        grid = grid_of(words, folder)
        points, study = points_of(grid)
        return [" ".join(point) for point in grid.words], grid.composed, points, study
    if arguments.verb == "run":
        points, study = single(arguments)
        return [], [compose(words, folder)], points, study
    points, study = several(arguments)
    rest, designs = designs_among(words)
    if designs:
        return (
            [design.name for design in designs],
            [compose_design(each, rest, folder) for each in designs],
            points,
            study,
        )
    return [], [compose(words, folder)], points, study
