"""`cargohub problems`: problems of simulation optimisation on this hub, and the progress of solvers on them.

Twenty named instances of four problems (staffing, machines against packers, truck cut-offs, timing of the expansion),
each with its variables, a budget of replications, a constraint on a mean, and a reference solution, for which every
design was simulated. A hash identifies the hub and the problem, so that two papers can use the same ones.

  cargohub problems                                              all instances
  cargohub problems staffing_today                               one, with its reference solution and the best designs
  cargohub problems staffing_today solvers=random,tpe            progress curves over five macroreplications, 40 minutes
  cargohub problems truck_cut_offs_today solvers=all macroreplications=10 --out DIR
  cargohub problems staffing_today reference=8 --out DIR         every design simulated again, with 8 replications

Solvers: random (random search), tpe (Optuna), differential_evolution (scipy), simopt_random and simopt_nelder_mead
(SimOpt). Each macroreplication has replications and a seed of its own; what a solver would choose after each of them is
compared with the reference. Curves go to DIR/INSTANCE (problems/INSTANCE) as CSV and SVG. Solvers of yours, and how a
paper cites an instance: docs/problems.md. tpe and the solvers of SimOpt need the extra solvers.
"""

import sys
from collections.abc import Mapping, Sequence
from math import isfinite
from pathlib import Path
from typing import Any, Final

from experiments import execution
from experiments.arguments import Arguments, check_among
from experiments.execution.progress import Lines
from experiments.formatting import counted, listed, number, percent
from experiments.frame import console, runner
from experiments.frame.written import folder_out
from experiments.interval_text import in_percent
from experiments.problems import Design, Instance, Reference, instance_of, instances, reference_of
from experiments.problems.instance import Observed, Years
from experiments.problems.progress import Progress, progress_of, rows_of
from experiments.problems.reference import as_csv
from experiments.problems.reference import rows_of as reference_rows
from experiments.problems.solvers import LIBRARIES, SOLVERS
from experiments.report import style
from experiments.report.figures import progress_figure
from experiments.report.sections import as_lines
from experiments.store.files import write_all, write_whole
from experiments.store.rows import Grid
from sim.csv_rows import csv_text
from sim.errors import InputError
from sim.names import count_of
from sim.reading import near

USUAL_OUT: Final = Path("problems")
_KEYS: Final = ("solvers", "macroreplications", "reference")
_USUAL_N: Final = 5
_BEST: Final = 5
"""Number of designs shown of an instance."""


def main(arguments: Arguments) -> int:
    """List instances, show one, or let solvers solve it."""
    names = [word for word in arguments.words if "=" not in word]
    given = {key: value for key, _, value in (word.partition("=") for word in arguments.words if "=" in word)}
    if unknown := next((key for key in given if key not in _KEYS), None):
        raise InputError(f"{unknown[:60]}: not a word of problems{near(unknown, _KEYS)}")
    if not names:
        if given:
            raise InputError(f"problems: {next(iter(given))} needs the name of an instance")
        return _list(arguments)
    if len(names) > 1:
        raise InputError(f"problems: expected one instance, got {' '.join(names)[:60]!r}")
    instance = instance_of(names[0])
    counts = {key: _count(key, given[key]) for key in _KEYS[1:] if key in given}
    if "reference" in given and len(given) > 1:
        raise InputError("problems: reference simulates every design; leave out solvers and macroreplications")
    if "macroreplications" in given and "solvers" not in given:
        raise InputError("problems: macroreplications needs solvers=…")
    if "reference" in counts:
        return _simulate_all(arguments, instance, counts["reference"])
    if "solvers" in given:
        return _solve(arguments, instance, _solvers(given["solvers"]), counts.get("macroreplications", _USUAL_N))
    return _show(arguments, instance)


def _count(key: str, text: str) -> int:
    count = count_of(text)
    if not count:
        raise InputError(f"{key}: expected a whole number from 1, got {text[:60]!r}")
    return count


def _list(arguments: Arguments) -> int:
    rows: list[tuple[str, ...]] = []
    documents: list[Mapping[str, Any]] = []
    for instance in instances().values():
        reference = reference_of(instance)
        best = reference.rows[reference.best]
        rows.append((
            instance.name, best.hash, str(len(instance.designs)), str(instance.budget),
            _chosen(instance, reference.best),
            f"{_interval(best.objective, best.objective_half_width)} {instance.unit}", str(best.n),
            str(reference.ties),
        ))  # fmt: skip
        documents.append({"name": instance.name, "hash": best.hash, "problem": instance.problem, "best": rows[-1][4],
                          **_how_sure(reference)})  # fmt: skip
    heads = ("instance", "hash", "designs", "budget", "reference solution", "objective, 95 % interval", "replications",
             "others that may be as good")  # fmt: skip
    return console.report(arguments, documents, *as_lines(Grid("", heads, tuple(rows), n_texts=2)))


def _show(arguments: Arguments, instance: Instance) -> int:
    reference = _current(instance)
    best = sorted(reference.feasible, key=lambda design: reference.rows[design].objective)[:_BEST]
    rows = tuple(
        (
            _chosen(instance, design),
            _interval((row := reference.rows[design]).objective, row.objective_half_width),
            in_percent(row.held_interval),
        )
        for design in best
    )
    heads = ("design", f"objective, {instance.unit}", instance.constraint)
    minimised = " + ".join(kpi if times == 1 else f"{times:g} × {kpi}" for kpi, times in instance.minimise.items())
    sure, n, n_feasible = _how_sure(reference), len(instance.designs), len(reference.feasible)
    lines = [
        f"{instance.title}.",
        f"Instance {instance.name}, hash {instance.hash}.",
        f"Least {minimised}; mean {instance.constraint} at least {instance.target:g}; {instance.budget} replications.",
        *([] if instance.years is None else [_years(instance.years)]),
        *(f"  {each.name}: {', '.join(map(_text, each.values))}" for each in instance.variables),
        f"Designs: {n}, {sure['n']} replications each. The mean of {n_feasible} meets the constraint.",
        f"{counted(reference.ties, 'other design')} may be as good as the first, by the intervals.",
        *(["The first may miss the constraint: its interval includes lower values."] if reference.may_miss else []),
        *as_lines(Grid("The best that meet it, with 95 % intervals:", heads, rows, n_texts=1)),
        f"The hub of the first{'' if instance.years is None else ' in the last year'}:",
        Arguments("run", instance.command_words(reference.best)).command,
    ]
    document = {
        "name": instance.name, "hash": instance.hash, "budget": instance.budget, "target": instance.target,
        "minimise": dict(instance.minimise), "constraint": instance.constraint, **sure,
        "variables": {each.name: list(each.values) for each in instance.variables},
        "best": dict(zip([each.name for each in instance.variables], instance.values(reference.best), strict=True)),
    }  # fmt: skip
    return console.report(arguments, document, *lines)


def _years(years: Years) -> str:
    n, flights = len(years.flights_per_day), listed([f"{each:g}" for each in years.flights_per_day], "and")
    return (
        f"Sum of {n} years with {flights} flights a day, discounted at {percent(years.rate, 0)} % a year to the first;"
        f" a hall of year {n + 1} does not open."
    )


def _solve(arguments: Arguments, instance: Instance, solvers: Sequence[str], n: int) -> int:
    reference, folder = _current(instance), _folder(arguments, instance)
    total, done = len(solvers) * n * instance.budget, 0
    if not arguments.quiet:
        each = f"{counted(len(solvers), 'solver')}, {counted(n, 'macroreplication')}, a budget of {instance.budget}"
        print(f"problems: at most {total} replications ({each})", file=sys.stderr, flush=True)
    lines = Lines(is_quiet=arguments.quiet)

    def simulate(design: Design, number: int) -> Observed:
        nonlocal done
        observed = instance.simulate(design, number)
        done += 1
        lines.say(line)
        return observed

    with lines.waiting(line := lambda left: f"{done} of at most {total} replications, {left(total - done)}"):
        progress = [progress_of(instance, reference, name, n, simulate) for name in solvers]
    curves = {each.solver: each.curve for each in progress}
    drawn = style.svg(progress_figure.figure(f"{instance.name}, {n} macroreplications", instance.budget, curves))
    files = {"progress.csv": _csv(progress), "progress.svg": drawn}
    write_all({folder / name: content for name, content in files.items()})
    rows = tuple((each.solver, *(in_percent(each.curve[at]) for at in _quarters(instance))) for each in progress)
    heads = ("solver", *(f"after {at}" for at in _quarters(instance)))
    title = f"{instance.name} ({instance.hash}): extra cost over the reference solution, in % of its objective;" + (
        f" mean of {n} macroreplications, with its 95 % interval" if n > 1 else " one macroreplication, no interval"
    )
    document = {"name": instance.name, "hash": instance.hash, "files": [str(folder / name) for name in files],
                "gaps": {each.solver: each.curve[-1].mean for each in progress}}  # fmt: skip
    return console.report(
        arguments, document, *as_lines(Grid(title, heads, rows)), f"Written to {folder}: {', '.join(files)}"
    )


def _simulate_all(arguments: Arguments, instance: Instance, n: int) -> int:
    folder = _folder(arguments, instance)
    with execution.opened(None, None) as pool:
        tasks = [(number, _replication, (instance.name, number)) for number in range(n)]
        observed = dict(pool.run(tasks, is_quiet=arguments.quiet))
    samples = {design: [observed[number][at] for number in range(n)] for at, design in enumerate(instance.designs)}
    rows = list(reference_rows(instance, samples))
    write_whole(folder / "reference.csv", as_csv(rows).encode())
    reference = Reference(instance, dict(zip(samples, rows, strict=True)))
    document: dict[str, Any] = {"name": instance.name, "hash": instance.hash, "n": n}
    text = f"no design meets the constraint on average (replications: {n})"
    if reference.feasible:
        best = reference.rows[reference.best]
        document |= {"best": _chosen(instance, reference.best), **_how_sure(reference)}
        half = best.objective_half_width
        objective = _interval(best.objective, half) if isfinite(half) else number(best.objective)
        sure = "95 %" if isfinite(half) else "no"
        text = f"{document['best']}: {objective} {instance.unit} ({sure} interval; replications: {n})"
    return console.report(arguments, document, f"{instance.name}: {text}", f"Written to {folder}: reference.csv")


def _how_sure(reference: Reference) -> dict[str, Any]:
    """The best design's objective with its interval, replications, possible ties, and if it may miss the target."""
    row = reference.rows[reference.best]
    half = row.objective_half_width
    return {"objective": row.objective, "objective_half_width": half if isfinite(half) else None, "n": row.n,
            "ties": reference.ties, "may_miss": reference.may_miss}  # fmt: skip


def _replication(name: str, number: int) -> list[Observed]:
    """One replication of every design, in order."""
    instance = instance_of(name)
    return [instance.simulate(design, number) for design in instance.designs]


def _current(instance: Instance) -> Reference:
    """The packaged reference.

    Raises:
        InputError: The instance is now defined differently.
    """
    reference = reference_of(instance)
    if not reference.is_current:
        raise InputError(
            f"{instance.name}: its reference is of another definition (hash {next(iter(reference.rows.values())).hash},"
            f" now {instance.hash}); `cargohub problems NAME reference=N` makes one"
        )
    return reference


def _solvers(text: str) -> list[str]:
    names = list(SOLVERS) if text == "all" else text.split(",")
    for name in names:
        check_among("solvers", name, "no solver", SOLVERS)
        if names.count(name) > 1:
            raise InputError(f"solvers: {name} occurs {names.count(name)} times")
        if name in LIBRARIES:
            runner.need(LIBRARIES[name], "solvers")
    return names


def _folder(arguments: Arguments, instance: Instance) -> Path:
    """The folder for the files, made before any simulation: results that cannot be written would be lost."""
    folder = (folder_out(arguments) or USUAL_OUT) / instance.name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _csv(progress: Sequence[Progress]) -> bytes:
    rows = list(rows_of(progress))
    return csv_text([rows[0], *(row.values() for row in rows)]).encode()


def _quarters(instance: Instance) -> list[int]:
    return [instance.budget * quarter // 4 for quarter in (1, 2, 3, 4)]


def _chosen(instance: Instance, design: tuple[int, ...]) -> str:
    values = instance.values(design)
    return ", ".join(f"{each.name} {_text(value)}" for each, value in zip(instance.variables, values, strict=True))


def _text(value: Any) -> str:  # noqa: ANN401 - a plain value
    return "/".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _interval(mean: float, half_width: float) -> str:
    return f"{number(mean)} ± {number(half_width)}" if isfinite(half_width) else f"{number(mean)}, no interval"
