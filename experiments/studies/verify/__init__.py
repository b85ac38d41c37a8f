"""`cargohub verify`: the model against theory, the reference model and its laws.

Compares the model with closed forms of queueing theory and with the parcel-by-parcel reference model.

  cargohub verify
  cargohub verify examples=1000                      more random hubs against the reference
  cargohub verify --slow                             also the checks that take minutes
  cargohub verify rules=FILE.py                      laws and small hubs with the functions of your file

How: prints one row per case; the exit code is 0 if all pass, otherwise 1. Both programs run `examples` small random
hubs, 300 by default and 10,000 with `--slow`. With several rules for a decision in FILE.py, this is done for each rule.

Own options: --slow.
"""

import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from typing import Final

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.execution.progress import shown
from experiments.formatting import whole
from experiments.frame import console
from experiments.own_file import choosing, read_own
from experiments.report.sections import as_lines
from experiments.store.rows import Grid
from experiments.studies.verify.theory_cases import Case, theory_cases
from sim.distributions.own import own_shapes
from sim.errors import CargohubError, LawBroken
from sim.names import count_of
from sim.own import ARRIVALS, DISTRIBUTION, OwnFile, adopt
from sim.reference.equality import try_seeds
from sim.reference.small_hubs import make
from sim.rules import DECISIONS

EXAMPLES: Final = 300
SLOW_EXAMPLES: Final = 10_000
_SLOW: Final = "slow=true"
_RULES: Final = "rules="
_LAW_SCENARIOS: Final = ("liege_30k", "liege_100k")


def main(arguments: Arguments) -> int:
    """Run all checks and print the result; the exit code shows whether all passed."""
    examples = read_examples(arguments)
    file = next((word for word in arguments.words if word.startswith(_RULES)), None)
    own_file = read_own(file.removeprefix(_RULES)) if file else None
    adopt(own_file)
    rounds = list(_rounds(own_file))
    cases: list[Case] = []
    for about, part in (
        ("laws", lambda: [case for names in rounds for case in _laws(file, names)]),
        (
            f"the reference model on {whole(examples)} small hubs",
            lambda: [
                case for names in rounds for case in _equality(examples, own_file, names, is_quiet=arguments.quiet)
            ],
        ),
        ("theory", theory_cases),
    ):
        if not arguments.quiet:
            print(f"verify: {about} …", file=sys.stderr, flush=True)
        cases += part()
    passed = all(case.passed for case in cases)
    n_failed = sum(not case.passed for case in cases)
    text = f"{len(cases)} cases, all passed" if passed else f"{n_failed} of {len(cases)} cases failed"
    document = {"passed": passed, "examples": examples, "cases": [_plain(case) for case in cases]}
    console.report(arguments, document, table(cases), "", text)
    return 0 if passed else 1


def read_examples(arguments: Arguments) -> int:
    """Number of small hubs to compare.

    Raises:
        CargohubError: an unknown word, or not a whole number from 1.
    """
    examples = SLOW_EXAMPLES if _SLOW in arguments.words else EXAMPLES
    for word in arguments.words:
        if word == _SLOW or (word.startswith(_RULES) and word != _RULES):
            continue
        key, has_value, value = word.partition("=")
        if key != "examples" or not has_value:
            raise CargohubError(f"{word!r}: verify takes examples=N and rules=FILE.py")
        if not (given := count_of(value)):
            raise CargohubError(f"examples: expected a whole number from 1, got {value!r}")
        examples = given
    return examples


def _rounds(own_file: OwnFile | None) -> Iterator[dict[str, str]]:
    """Names by kind, rules by decision: the first of each in the file, then the second, and so on."""
    kinds = {decision: own_file.names("rule", decision) for decision in DECISIONS} if own_file else {}
    kinds |= {ARRIVALS: own_file.names(ARRIVALS), DISTRIBUTION: own_shapes(own_file)} if own_file else {}
    for at in range(max(1, *map(len, kinds.values())) if kinds else 1):
        yield {kind: names[min(at, len(names) - 1)] for kind, names in kinds.items() if names}


def _with(names: Mapping[str, str]) -> str:
    return f", {', '.join(names.values())}" if names else ""


def _laws(file: str | None, names: Mapping[str, str]) -> Iterator[Case]:
    """A short replication of some scenarios that checks every law and computes all KPIs of the file."""
    from sim import simulate

    chosen = [
        f"packout.spread={{family: {name}}}" if kind == DISTRIBUTION else f"++{choosing(kind, name)}"
        for kind, name in names.items()
    ]
    words = [file, *chosen] if file else []
    for scenario in _LAW_SCENARIOS:
        broken = 0
        name = f"Laws, {scenario}{_with(names)}: broken"
        try:
            n_laws = simulate(load(scenario, *words, warmup_days=1, horizon_days=2)).n_laws
            name = f"{name} of {whole(n_laws)}"
        except LawBroken as error:
            print(f"verify: {error}", file=sys.stderr)
            broken = 1
        yield Case(name, 0.0, broken, broken, broken, 0.0, passed=not broken)


def _equality(examples: int, own_file: OwnFile | None, names: Mapping[str, str], *, is_quiet: bool) -> Iterator[Case]:
    rules = {decision: name for decision, name in names.items() if decision in DECISIONS}
    seeds = shown(iter(range(examples)), total=examples, already=0, is_quiet=is_quiet, what="small hubs")
    if failed := try_seeds(seeds, make=partial(make, rules=rules, own_file=own_file)):
        print(failed[0], file=sys.stderr)
    n = len(failed)
    yield Case(f"Reference model, {whole(examples)} small hubs{_with(rules)}: unequal", 0.0, n, n, n, 0.0, passed=not n)


def _plain(case: Case) -> dict[str, object]:
    """A case for JSON, which has no NaN."""
    values = asdict(case).items()
    return {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in values}


def table(cases: Sequence[Case]) -> str:
    """All cases, one a line.

    >>> print(table([Case("Wq", 1.0, 1.1, 0.9, 1.3, 0.5, True)]))
    case  expected  got  interval    half-width, at most  pass
    Wq    1         1.1  0.9 to 1.3  0.2, 0.5             yes
    """
    rows = []
    for case in cases:
        interval = (
            f"{case.low:.5g} to {case.high:.5g}",
            f"{(case.high - case.low) / 2:.2g}, {case.largest_half_width:g}",
        )
        figures = f"{case.expected:.6g}", f"{case.got:.6g}", *(interval if case.largest_half_width else ("", ""))
        rows.append((case.name, *figures, "yes" if case.passed else "NO"))
    header = ("case", "expected", "got", "interval", "half-width, at most", "pass")
    return "\n".join(line[2:] for line in as_lines(Grid("", header, tuple(rows), n_texts=len(header))))
