"""Whether the packing rule decides the answer (docs/model.md, rules 37 and 56)."""

import re
import shlex
from collections.abc import Iterator, Sequence
from typing import Final

from experiments.arguments import key_of
from experiments.formatting import rounded
from experiments.report.sections import sentence_of
from experiments.report.stored_designs import NamedDesign
from experiments.report.verdicts import judged_of
from experiments.statistics.criterion import Word
from experiments.statistics.interval import Values
from sim.domain.site import PackoutRule

_WHO: Final = {
    PackoutRule.FLEXIBLE: "packers who go where parcels pile up",
    PackoutRule.DEDICATED: "posts tied to chutes",
}
_KEY: Final = "packout.rule"
_SEVERAL: Final = ("scenarios", "demands", "arrival_models")


def verdicts(points: Sequence[NamedDesign], values: Values) -> Iterator[str]:
    """A sentence for each two designs that differ only in the packing rule, and also in the verdict."""
    by_label = {point.label: point for point in points}
    for point in points:
        other = by_label.get(point.other_packing)
        if other is None or point.packout_rule != PackoutRule.FLEXIBLE:
            continue
        flexible, dedicated = (judged_of(each, values[each.label]).word for each in (point, other))
        if flexible == dedicated:
            continue
        may = "may change" if Word.UNDECIDED in (flexible, dedicated) else "changes"
        rules = {"by_flexible": _WHO[PackoutRule.FLEXIBLE], "by_dedicated": _WHO[PackoutRule.DEDICATED]}
        verdicts_of = {"flexible": _SENTENCE[flexible], "dedicated": _SENTENCE[dedicated]}
        yield sentence_of("packing_changes", may=may, title=point.title, **rules, **verdicts_of)


_SENTENCE: Final = {
    Word.CARRIES: "the hub carries its traffic",
    Word.FAILS: "the hub does not carry its traffic",
    Word.UNDECIDED: "the verdict is undecided",
}


def facts(points: Sequence[NamedDesign], command: str) -> Iterator[tuple[str, str]]:
    """Capacity of pack-out by each rule, for designs whose arrivals lie between them; and a command to simulate both.

    `command`: that of the run. The new command is empty if designs are in a file, or if the run has both rules: then
    the two designs, which differ in nothing else, share one sentence.
    """
    for point in points:
        rates = point.packed_per_day
        has_both = bool(point.other_packing)
        if len({rate >= point.parcels_per_day for rate in rates.values()}) < 2:
            continue
        if has_both and point.packout_rule != PackoutRule.FLEXIBLE:
            continue
        of_rules = [
            f"{rounded(rates[rule])} imports a day with {who}"
            f" ({rule}{', as simulated' * (rule == point.packout_rule and not has_both)})"
            for rule, who in _WHO.items()
        ]
        text = f"Packing rule, {point.title_line}: by the ladder pack-out can handle {' and '.join(of_rules)}"
        text += f"; {rounded(point.parcels_per_day)} are expected."
        if has_both:
            yield (text, "")
            continue
        text += " The other rule may change the verdict."
        both = command_of_both(command, point)
        if not both:
            text += f" To simulate it, set {_KEY} to {_other(point)} for this design."
        yield (text, both)


def command_of_both(command: str, point: NamedDesign) -> str:
    """The command that compares the design with that under the other packing rule; empty if there is none.

    >>> from types import SimpleNamespace
    >>> design = SimpleNamespace(label="a", name="a", packout_rule="flexible")
    >>> command_of_both("cargohub run scenario=a seed=2", design)
    "cargohub compare 'designs=[a, a packout.rule=dedicated]' seed=2"
    """
    program, verb, *words = shlex.split(command) or ["", ""]
    keys = [*map(key_of, words)]
    design = ""
    if "designs" in keys:
        is_typed = words[keys.index("designs")].partition("=")[2].lstrip().startswith("[")
        design = point.label if verb == "compare" and is_typed else ""
    elif verb == "run":
        design = point.name
    elif verb == "compare":
        design = " ".join([point.name, *_options(point, keys)])
    if not design:
        return ""
    other = f"{_KEY}={_other(point)}"
    changed = re.sub(rf"(?<!\S){re.escape(_KEY)}=\w+", other, design)
    designs = f"designs=[{design}, {changed if changed != design else f'{design} {other}'}]"
    rest = [word for word, key in zip(words, keys, strict=True) if key not in {"designs", "scenario", *_SEVERAL}]
    if verb == "compare" and "study" in keys:
        rest += [f"{key}=[]" for key in _SEVERAL]
    return shlex.join([program, "compare", designs, *rest])


def _options(point: NamedDesign, keys: Sequence[str]) -> Iterator[str]:
    """Options that `demands` and `arrival_models` set for the design."""
    if point.arrivals == "file":
        return
    if "demands" in keys or "study" in keys:
        yield f"demand={point.demand}"
    if "arrival_models" in keys or "study" in keys:
        yield f"arrivals={point.arrivals}"


def _other(point: NamedDesign) -> PackoutRule:
    return next(rule for rule in PackoutRule if rule != point.packout_rule)
