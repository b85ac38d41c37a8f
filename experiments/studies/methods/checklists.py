"""A completed checklist: headings from checklists.yaml, paragraphs and tables from the facts of a run."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from experiments.beside import yaml_beside
from experiments.formatting import plain_name
from experiments.report.documents import Block, Chapter, Missing, Points, Report, missing_in, walked
from experiments.store.rows import Grid
from experiments.studies.methods import hub as hubs
from experiments.studies.methods.facts import Facts
from sim.processes.phases import Phase

TEXTS: Final[Mapping[str, Any]] = yaml_beside(__file__)


def filled(facts: Facts, name: str) -> Report:
    filling, checklist = _Filling(facts), TEXTS[name]
    chapters = list(filling.chapters(checklist["chapters"]))
    missing, n_items = missing_in(chapters), sum(bool(chapter.blocks) for _, chapter in walked(chapters))
    values = {"missing": "; ".join(missing), "n_missing": str(len(missing)), "n_items": str(n_items)}
    opening = [filling.text("opening", values), checklist["reference"]]
    appendix = Chapter("A", TEXTS["appendix"], [filling.grid("inputs")])
    return Report(checklist["title"].format(**filling.values), opening, [*chapters, appendix])


class _Filling:
    """Blocks of the items, made from the facts."""

    def __init__(self, facts: Facts) -> None:
        self.values, self._facts, self._rows = facts.values, facts, facts.rows()
        over = facts.document.over
        self._lists: dict[str, Sequence[str]] = {
            "files": facts.files(),
            "rests_on": [] if over is None else over.lines,
            "method": facts.document.method,
            "phases": [plain_name(phase.name.lower()) for phase in Phase],
        }

    def chapters(self, listed: Mapping[str, Any], before: str = "") -> Iterator[Chapter]:
        """Headings, numbered, with other headings or the blocks of an item below them."""
        for at, (heading, inside) in enumerate(listed.items(), 1):
            number = f"{before}{at}"
            if isinstance(inside, dict):
                yield Chapter(number, heading, parts=list(self.chapters(inside, f"{number}.")))
            else:
                yield Chapter(number, heading, list(self.blocks(inside)))

    def blocks(self, entries: Sequence[Mapping[str, str]]) -> Iterator[Block]:
        for entry in entries:
            ((kind, name),) = entry.items()
            if kind == "text":
                yield self.text(name)
            elif kind == "missing":
                yield Missing(name)
            elif kind == "graph":
                yield hubs.graph(self._facts.plain, TEXTS["captions"][name])
            elif kind == "table" and self._rows[name]:
                yield self.grid(name)
            elif kind == "points" and (points := self._points(name)):
                yield Points(points)

    def text(self, name: str, more: Mapping[str, str] | None = None) -> str:
        text: str = TEXTS["texts"][name]
        return " ".join(text.format(**self.values, **(more or {})).split())

    def grid(self, name: str) -> Grid:
        header = tuple(TEXTS["headings"][name])
        return Grid("", header, tuple(self._rows[name]), n_texts=len(header))

    def _points(self, name: str) -> Sequence[str]:
        if name in self._lists:
            return self._lists[name]
        entries = (each if isinstance(each, dict) else {"text": each} for each in TEXTS["points"][name])
        return [
            each["text"].format(**self.values) for each in entries if hubs.holds(each.get("if", ()), self._facts.plain)
        ]
