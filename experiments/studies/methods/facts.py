"""Facts of a run for a methods report: values for gaps in its texts, and tables."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import sim
from experiments.assumptions import Assumption, Kind, assumptions_of
from experiments.formatting import counted, hours_text, listed, number, plain_name, whole
from experiments.frame import runner
from experiments.frame.study import Document, Request
from experiments.grouping import values_of
from experiments.money.kpis import KPIS, names
from experiments.replications.warming import warm_ups_of
from experiments.report.disruption_text import in_words
from experiments.store.foreign import Manifest
from experiments.store.foreign_tables import read_rows, replications_of
from experiments.store.identity import HASH_DIGITS
from experiments.store.own_copy import FOLDER
from experiments.store.stored_by import timings_of
from experiments.store.summaries import DesignRow, DifferenceRow, WarmupRow
from experiments.studies.assumptions import row_of
from experiments.studies.methods import hub as hubs
from experiments.studies.methods.notes import notes, scalars
from sim.config import HubConfig
from sim.distributions import is_distribution
from sim.measures.kpis import Rank
from sim.processes.phases import Phase
from sim.reading import plain
from sim.rules import DECISIONS
from sim.units import MIN_PER_DAY

_MOST_KEYS: Final = 12
"""Most keys named for a design that differs from the first."""
_ADDRESS: Final = re.compile(r"\w\.(be|com|eu|int|lu|net|nl|org)\b")
"""An address in the note after a value, from which the value comes."""
_STREAM: Final = re.compile(r'streams\.of\("(\w+)"')


@dataclass(frozen=True)
class Facts:
    """Facts of a stored run. `request` and `document`: its request and its document."""

    manifest: Manifest
    request: Request[Any]
    document: Document

    @classmethod
    def of(cls, manifest: Manifest) -> "Facts":
        return cls(manifest, *runner.request_and_document(manifest))

    @property
    def hub(self) -> HubConfig:
        """The first design's hub."""
        return self.request.designs[0].hub

    @cached_property
    def plain(self) -> dict[str, Any]:
        """The first hub as plain values, with additional values for conditions."""
        values: dict[str, Any] = plain(self.hub)
        return {
            **values,
            "several_designs": len(self.request.designs) > 1,
            "several_halls": len(self.hub.halls) > 1,
            "compared_by": self._compared_by(),
            "is_adaptive": self.manifest.verb == "select",
            "has_precision": bool(getattr(self.request.keys, "half_widths", None)),
            "disruptions": self._disruptions(),
            "has_recovery": "recovery" in self.manifest.tables and bool(self._disruptions()),
            "packout_posts": any(hall.packout_posts for hall in self.hub.halls.values()),
        }

    def _compared_by(self) -> str:
        """How the run's differences between designs were tested together; empty without differences."""
        has_differences = "differences" in self.manifest.tables and read_rows(self.manifest, DifferenceRow)
        return str(getattr(self.request.keys, "family", "")) if has_differences else ""

    @cached_property
    def numbers(self) -> tuple[Assumption, ...]:
        """Every number of the first hub, and the study's prices."""
        prices = getattr(self.request.keys, "prices", None)
        return assumptions_of({**plain(self.hub), **({} if prices is None else {"cost": plain(prices)})})

    @property
    def values(self) -> dict[str, str]:
        """Values by name, for gaps in texts."""
        return {
            **self._of_the_run(),
            **self._of_the_hub(),
            **{f"n_{kind}": whole(sum(row.kind is kind for row in self.numbers)) for kind in Kind},
        }

    def _of_the_run(self) -> dict[str, str]:
        manifest, program = self.manifest, self.manifest.program
        commit, changed = program.get("commit"), " with changes" if program.get("is_modified") else ""
        designs = [design.label for design in self.request.designs]
        cpu = manifest.environment["cpu"]
        return {
            "name": manifest.folder.resolve().name,
            "command": self.request.arguments.command,
            "hash": manifest.hash,
            "verb": manifest.verb,
            "question": re.sub(r"(?<=[^.?!])$", ".", self.document.title.strip()),
            "version": str(program.get("version", "of an unknown version")),
            "commit": f"commit {commit}{changed}" if commit else "commit not known",
            "sources": str(manifest.identity.get("sources"))[:HASH_DIGITS],
            "python": manifest.environment["python"],
            "machine": ", ".join(f"{name} {value}" for name, value in cpu.items()),
            **_timings(timings_of(manifest.folder)),
            "seeds": listed(sorted({str(design.hub.seed) for design in self.request.designs}, key=int), "and"),
            "designs": self._simulated_designs(),
            "first": designs[0],
            "replications": self._replications_text(),
            "precision": ", ".join(
                f"{kpi} {width:g}" for kpi, width in getattr(self.request.keys, "half_widths", {}).items()
            ),
            "n_numbers": whole(len(self.numbers)),
            "n_kpis": str(len(KPIS)),
            "own_kpis": self._own_kpis(),
            "n_phases": str(len(Phase)),
            "attributes": listed(list(attributes()), "and"),
        }

    def _own_kpis(self) -> str:
        """Where KPIs of the user's file are defined; empty without any."""
        kpis = [] if (own_file := self.hub.own_file) is None else [f"`{name}`" for name in own_file.names("kpi")]
        return f"; {listed(kpis, 'and')} in `{FOLDER}/{own_file.name}` of the run folder" if own_file and kpis else ""

    @cached_property
    def _replications(self) -> dict[str, int]:
        """The number of stored replications of each design that was simulated."""
        stored = replications_of(self.manifest, [design.label for design in self.request.designs])
        return {label: len(numbers) for label, numbers in stored.items() if numbers}

    @property
    def _makes_designs(self) -> bool:
        """Whether the study simulated other designs than those of the command."""
        return not {*self._replications} <= {design.label for design in self.request.designs}

    def _simulated_designs(self) -> str:
        n, n_given = len(self._replications), len(self.request.designs)
        if self._makes_designs:
            source = "the hub" if n_given == 1 else f"the {n_given} hubs"
            return f"The study made designs from {source} of the command; {counted(n, 'design')} were simulated."
        return "One design was simulated." if n_given == 1 else f"{n_given} designs were simulated."

    def _replications_text(self) -> str:
        if not self._replications:
            return "No replication is stored."
        least, most = min(self._replications.values()), max(self._replications.values())
        n = counted(most, "replication") if least == most else f"{least} to {most} replications"
        return f"Simulated: {n}{' of each design' if len(self._replications) > 1 else ''}."

    def _of_the_hub(self) -> dict[str, str]:
        config = self.hub
        halls = listed(list(config.halls), "and")
        return {
            "service": hours_text(config.service_h),
            "start_date": f"{config.start_date}",
            "warmup_days": counted(config.warmup_days, "day"),
            "horizon_days": counted(config.horizon_days, "day"),
            "end_days": counted(config.end_min / MIN_PER_DAY, "day"),
            "tail": hours_text((config.end_min - config.days * MIN_PER_DAY) / 60),
            "halls": f"the hall {halls}" if len(config.halls) == 1 else f"the halls {halls}",
            "area": f"{whole(config.area_m2)} m²",
            "roster": f"roster {plain_name(config.roster.name)}",
            "longest_hold": hours_text(config.apron.longest_hold_h),
            "schedule": self._schedule(),
            "disruptions": self._disruptions(),
        }

    def _disruptions(self) -> str:
        """The disruptions of all designs; empty if none has any."""
        of_designs = [in_words(design.hub.disruptions) for design in self.request.designs]
        texts = "; ".join(filter(None, dict.fromkeys(of_designs)))
        return texts + " (not in all designs)" * bool(texts and len(set(of_designs)) > 1)

    def _schedule(self) -> str:
        rows = read_rows(self.manifest, DesignRow) if "points" in self.manifest.tables else []
        schedules = {row.schedule for row in rows if row.schedule}
        if len(schedules) == 1:
            return f"The schedule of flights is {schedules.pop()}."
        return f"Flights follow the arrival model {plain_name(str(self.hub.arrivals.model))}."

    def files(self) -> list[str]:
        """Input files with their SHA-256."""
        identity = self.manifest.identity
        flights = {entry["file"]: entry["sha256"] for entry in identity["inputs"].values()}
        files = {**flights, **identity.get("values", {})}
        lines = [f"`{name}`: SHA-256 {digest}" for name, digest in files.items()]
        return [*lines, "No file of flights or of measured values was read."][: len(lines) or 1]

    def rows(self) -> dict[str, list[tuple[str, ...]]]:
        config = self.plain
        return {
            "outputs": [(KPIS[name].label, KPIS[name].unit, KPIS[name].meaning) for name in names(Rank.HEADLINE)],
            "scenarios": list(self._scenarios()),
            "decisions": list(_decisions(self.hub)),
            "entities": hubs.rows_of_entities(config),
            "activities": hubs.rows_of_places(config, "does"),
            "resources": hubs.rows_of_units(config),
            "people": hubs.rows_of_roles(config),
            "queues": hubs.rows_of_places(config, "queue"),
            "sources": list(self._sources()),
            "derived": [(row.key, self._shown(row)[1], row.source) for row in self.numbers if row.kind is Kind.DERIVED],
            "draws": list(self._draws()),
            "warmup": list(self._warmup()),
            "versions": list(self.manifest.environment["packages"].items()),
            "inputs": [self._shown(row) for row in self.numbers],
        }

    @cached_property
    def _notes(self) -> dict[str, str]:
        return notes(plain(self.hub))

    def _shown(self, row: Assumption) -> tuple[str, ...]:
        """A row of the table of all numbers; a decision is followed by its comment in `configs`."""
        shown = row_of(row)
        note = self._notes.get(row.key) if row.kind is Kind.DECISION else None
        return shown.key, shown.value, shown.range, shown.kind, f"{shown.source}; {note}" if note else shown.source

    def _scenarios(self) -> Iterator[tuple[str, str]]:
        """Differences of each design from the first."""
        first, *others = self.request.designs
        default = dict(values_of(plain(first.hub)))
        if others:
            yield first.label, "baseline"
        else:
            made = self._makes_designs
            yield first.label, "the hub from which the study made its designs" if made else "the only design"
        for design in others:
            values = dict(values_of(plain(design.hub)))
            keys = [key for key in {**default, **values} if default.get(key) != values.get(key)]
            texts = [f"{key}={values.get(key, 'none')}" for key in keys if key != "scenario"]
            more = f"; and {len(texts) - _MOST_KEYS} more" if len(texts) > _MOST_KEYS else ""
            yield design.label, "; ".join(texts[:_MOST_KEYS]) + more or "nothing"

    def _sources(self) -> Iterator[tuple[str, str]]:
        keys: dict[str, list[str]] = {}
        for row in self.numbers:
            note = self._notes.get(row.key, "") if row.kind is Kind.DECISION else ""
            if row.kind is Kind.SOURCED or _ADDRESS.search(note):
                keys.setdefault(note or row.source, []).append(row.key)
        for source, of_source in keys.items():
            yield source, ", ".join(of_source)

    def _draws(self) -> Iterator[tuple[str, ...]]:
        by_key = {row.key: self._shown(row) for row in self.numbers}
        leaves = dict(scalars(plain(self.hub)))
        for key, draw in hubs.draws(list(leaves), self.plain):
            if (value := leaves[key]) is None:
                continue
            if is_distribution(value):
                numbers = {name: text for name, text in value.items() if name != "family"}
                shape = f"{value['family']} ({', '.join(f'{name} {text}' for name, text in numbers.items())})"
            else:
                shape = f"{draw['number']}: {value:g}"
            _, _, span, _, source = by_key.get(key, ("", "", "", "", ""))
            yield draw["of"], key, shape, span, source

    def _warmup(self) -> Iterator[tuple[str, str, str]]:
        tables = self.manifest.tables
        needed = warm_ups_of(read_rows(self.manifest, WarmupRow) if "warmup" in tables else [])
        points = read_rows(self.manifest, DesignRow) if "points" in tables else []
        growing = {row.label for row in points if row.is_unstable}
        for design in self.request.designs:
            result = needed.get(design.label)
            if result is not None and result.is_found:
                wants = number(result.rounded_up, 1)
            elif design.label in growing:
                wants = "none: its backlog grows"
            else:
                wants = "not known: run too short" if "occupancy" in tables else "not computed"
            yield design.label, str(design.hub.warmup_days), wants


def attributes() -> list[str]:
    """Things to which streams belong, as named in the program's source."""
    folder = Path(sim.__file__).parent
    texts = (path.read_text(encoding="utf-8") for path in sorted((folder / "inputs").rglob("*.py")))
    return sorted({plain_name(name) for text in texts for name in _STREAM.findall(text)})


def _decisions(config: HubConfig) -> Iterator[tuple[str, str, str]]:
    """Every decision, the rule in force, and the first sentence of the rule's description."""
    for decision, module in DECISIONS.items():
        name = config.complex.policy if decision == "hall" else config.rules[decision]
        rule = module.RULES.get(name)
        text = (
            getattr(rule, "choose", rule).__doc__ or "" if rule is not None else f"of the file {config.rules['file']}"
        )
        yield _first(module.__doc__ or ""), name, _first(text)


def _first(text: str) -> str:
    """The first paragraph, without its full stop."""
    return " ".join(text.partition("\n\n")[0].split()).rstrip(".")


def _timings(noted: Mapping[str, Any]) -> dict[str, str]:
    """The run's recorded machine and time."""
    cpus, rows = noted.get("cpus"), noted.get("replications")
    seconds = [row.get("seconds") for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
    times = [each for each in seconds if isinstance(each, int | float)]
    return {
        "cpus": f"{cpus} processors" if isinstance(cpus, int) else "a machine with an unknown number of processors",
        "seconds": f"A replication took {number(sum(times) / len(times))} s on average." if times else "",
    }
