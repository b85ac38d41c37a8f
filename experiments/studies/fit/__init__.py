"""`cargohub fit`: a distribution for the values of a file, and how well the values determine it.

Fits families of distributions to a column of a CSV file by maximum likelihood, and tests them (Kolmogorov and Smirnov,
Anderson and Darling, p-values by bootstrap). Also tests for features that one distribution would hide: values that
depend on earlier values or on the time of day, groups, values cut off at an end. Writes estimates and a picture to DIR
(fit).

  cargohub fit scans.csv column=uld_min
  cargohub fit scans.csv column=uld_min time=start --json      also whether values differ by time of day
  cargohub fit scans.csv column=delay_min families=normal,triangular   for values that may be below 0
  cargohub fit scans.csv column=share low=0 high=1             beta, between known ends
  cargohub fit repairs.csv column=repair_min key=sorting.outages.mttr_min    for a key of the configuration
  cargohub run +fits/repair_min=gamma --config-dir fit         a run with this fit

  cargohub fit scans.csv run=RUN                               scanned instants compared with those of a run

The last command compares, from stage to stage, the scanned times with those of the run. The file has a row per instant,
with the columns flight, uld or parcel (as far as known), stage (an instant of the tables flights, ulds or parcels) and
instant. key= is a key for a distribution, or for a number, which gets the mean; unit= (s, min, h, d) is the unit of the
values. The range of each number goes to DIR/assumptions, for `cargohub sure`. family= writes another family than the
best; family=empirical writes the values themselves. name= names the fit (default: the column). docs/fit.md explains it.

How: each family is fitted by maximum likelihood; the best has the least AIC. Samples drawn from the fitted
distribution, and fitted themselves, show how far the values may be from it by chance. Samples drawn from the file's
values show how far the estimates may be off: the range of each.
"""

from pathlib import Path
from typing import Final

from experiments.arguments import RUNS, Arguments, taken_apart
from experiments.composition import load
from experiments.frame import console
from experiments.frame.written import folder_out
from experiments.report import style
from experiments.report.figures import fit_figure, scans_figure
from experiments.report.sections import as_lines, sentence_of
from experiments.store.files import as_json, sha256_of, write_all
from experiments.studies.fit import scans, scans_text
from experiments.studies.fit.column import read_request, read_sample
from experiments.studies.fit.group import GROUP, written
from experiments.studies.fit.place import place_of_key
from experiments.studies.fit.result import fit_of
from experiments.studies.fit.text import document, families_grid, picture, sentences, warnings

USUAL_OUT: Final = Path("fit")


def main(arguments: Arguments) -> int:
    """Read, fit, write, and print the result."""
    folder = folder_out(arguments) or arguments.config_dir or USUAL_OUT
    if any(word.startswith("run=") for word in arguments.words):
        return _beside(arguments, folder)
    request = read_request(arguments.words)
    result = fit_of(read_sample(request), request)
    sha256, place = sha256_of(request.path), None
    if request.key is not None:
        hub = load(*filter(None, [request.scenario]), config_dir=arguments.config_dir)
        place = place_of_key(request.key, request.unit, hub)
    group = written(result, place, folder, sha256=sha256)
    plain = {**document(result, sha256=sha256), "key": request.key, "option": group.word.removeprefix("+")}
    of_fit = folder / GROUP / result.name
    files = write_all({
        **{folder / path: text.encode() for path, text in group.files.items()},
        of_fit / "fit.json": as_json(plain),
        of_fit / "fit.svg": style.svg_of(fit_figure.figure, picture(result)),
    })  # fmt: skip
    lines = [*sentences(result), "", *as_lines(families_grid(result)), ""]
    lines += [f"{console.WARNING}{line}" for line in warnings(result)]
    if place is not None and place.is_shape and place.mean_key is None:
        lines.append(sentence_of("fit_mean_stays", key=place.key))
    lines.append(f"Written to {folder}: {', '.join(str(file.relative_to(folder)) for file in files)}")
    word = group.word if group.is_whole else f"{group.word}@KEY={result.family}"
    scenario = () if request.scenario is None else (f"scenario={request.scenario}",)
    groups = arguments.config_dir or folder
    use = Arguments("run", (*scenario, word), config_dir=groups).command
    if groups.resolve() != folder.resolve():
        use = sentence_of("fit_elsewhere", folder=folder, groups=groups, run=use)
    label = "To use it anyway:" if result.chosen and result.is_rejected else "Use it:    "
    lines.append(f"{label} {use}" if group.is_whole else f"{label} {use} ({sentence_of('fit_any_key')})")
    return console.report(arguments, {**plain, "files": [str(file) for file in files]}, *lines)


def _beside(arguments: Arguments, folder: Path) -> int:
    """Compare scans with the instants of a run."""
    path, given = taken_apart(arguments.words, scans.OPTIONS, "fit: expected one FILE of scans")
    result = scans.compared(path, given, RUNS)
    plain = scans_text.document(result, source=path.name, sha256=sha256_of(path))
    place = folder / "scans" / path.stem
    files = write_all({
        place / "scans.json": as_json(plain),
        place / "scans.svg": style.svg_of(scans_figure.figure, scans_text.pictures(result)),
    })  # fmt: skip
    lines = [*scans_text.sentences(result), "", *as_lines(scans_text.grid(result)), ""]
    lines += [f"{console.WARNING}{line}" for line in scans_text.warnings(result)]
    lines.append(f"Written to {place}: {', '.join(file.name for file in files)}")
    return console.report(arguments, {**plain, "files": [str(file) for file in files]}, *lines)
