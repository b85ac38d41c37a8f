"""`--show`: the configuration that a command would run, refused if the run would refuse it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import yaml

from experiments.arguments import Arguments
from experiments.composition import compose
from experiments.composition import hub as hub_of
from experiments.designs.design import Design, DesignKeys, MarginKeys, several, single, without_hub
from experiments.designs.grid import combinations_of
from experiments.designs.spreadsheet import compose_design, designs_among
from experiments.designs.staffing_text import staffing_lines
from experiments.frame import console, runner
from experiments.frame.recorded import declared_study
from experiments.grouping import values_of
from experiments.replications.replicating import check_designs
from experiments.report.sections import sentence_of
from experiments.studies.page.form import shown_text
from experiments.studies.sweep import points_of
from sim.config import HubConfig
from sim.distributions import is_distribution
from sim.errors import CargohubError
from sim.reading import plain

COMPOSED: Final = ("run", "compare", "sweep")
"""Verbs whose composed configuration is shown; for other verbs, the configuration that their run folder would have."""
_REPEATED: Final = ("fitted", "scenarios", "rules.source")
"""Keys whose content is already in the names of designs or in other keys."""
_LONGEST: Final = 600
"""Most characters of a value among the differences, enough for the shifts of a role."""


def show(arguments: Arguments) -> int:
    """Print the composed configuration: one document, or one for each design of a sweep or comparison."""
    if arguments.verb not in COMPOSED:
        return _show_study(arguments)
    titles, documents, designs, study = _asked(arguments)
    check_designs(designs, study)
    console.show_words_of_sheet(arguments)
    if arguments.json:
        fitted = [_with_fit(document, design.hub) for document, design in zip(documents, designs, strict=False)]
        print(json.dumps(fitted if titles else fitted[0], indent=2, allow_nan=False))
        return 0
    for number, design in enumerate(designs):
        print("\n".join(_differences(design, documents[min(number, len(documents) - 1)])))
    for number, document in enumerate(documents):
        if titles:
            print(f"---\n# {titles[number]}")
        hub = _with_fit(document, designs[number].hub)
        print(yaml.dump(hub, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, width=120), end="")
        print("\n".join(f"# {line}" for line in staffing_lines(designs[number].hub)))
    return 0


def _show_study(arguments: Arguments) -> int:
    """Print the study's keys, and every hub of its start."""
    if (study := declared_study(arguments.verb)) is None:
        raise CargohubError(sentence_of("shows_nothing", verb=arguments.verb))
    designs, text = runner.configuration_text(study, arguments)
    if arguments.json:
        print(json.dumps(yaml.safe_load(text), indent=2, allow_nan=False))
        return 0
    for design in designs:
        print("\n".join(_differences(design)))
    print(text.rstrip("\n"))
    return 0


def _differences(design: Design, document: Mapping[str, Any] | None = None) -> Iterator[str]:
    """Comments: where a design, and a study's keys in `document`, differ from the packaged configuration."""
    packaged = compose()
    default = dict(values_of({**(packaged if document else {}), **plain(hub_of(packaged))}))
    values = dict(values_of({**(document or {}), **plain(design.hub)}))
    lines = [
        f"#   {key}: {_text(default, key)} → {_text(values, key)}"
        for key in dict.fromkeys([*default, *values])
        if key not in _REPEATED and default.get(key, "") != values.get(key, "")
        if not any(key.startswith(f"{other}.") for each in (default, values) for other in each if other in key)
    ]
    yield f"# {design.label}: {'' if lines else 'nothing '}differs from the packaged default{' in' if lines else ''}"
    yield from lines


def _text(values: Mapping[str, Any], key: str) -> str:
    if key not in values:
        inside = {name[len(key) + 1 :]: value for name, value in values.items() if name.startswith(f"{key}.")}
        if is_distribution(inside):
            return ", ".join(f"{name} {shown_text(value)}" for name, value in inside.items())
        return "set" if inside else "none"
    value = values[key]
    is_whole = isinstance(value, float) and value.is_integer()
    text = " ".join(shown_text(int(value) if is_whole else value).split()) or "null"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 2]} …"


def _with_fit(document: Mapping[str, Any], hub: HubConfig) -> dict[str, Any]:
    """The document with the changes by fit=auto."""
    return {**document, **({key: plain(getattr(hub, key)) for key in ("halls", "fitted")} if hub.fitted else {})}


def _asked(arguments: Arguments) -> tuple[list[str], Sequence[Mapping[str, Any]], list[Design], DesignKeys]:
    """Titles of several documents, the documents, and the run's request."""
    words, folder = arguments.words, arguments.config_dir
    if arguments.verb == "sweep":
        grid = combinations_of(words, folder)
        designs, study = points_of(grid)
        return [" ".join(words) for words in grid.words], grid.composed, designs, study
    if arguments.verb == "run":
        designs, study = single(arguments)
        return [], [compose(words, folder)], designs, study
    designs, study = several(arguments, MarginKeys)
    rest, rows = designs_among(words)
    if rows:
        return ([row.name for row in rows], [compose_design(each, rest, folder) for each in rows], designs, study)
    of_study = compose(without_hub(words), folder)
    return (
        [design.label for design in designs],
        [{**of_study, **plain(design.hub)} for design in designs],
        designs,
        study,
    )
