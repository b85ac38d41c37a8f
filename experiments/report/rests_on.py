"""The basis of an answer other than sampling intervals, in sentences for the terminal and as a section of a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from experiments.formatting import listed
from experiments.report.sections import Section, sentence_of


@dataclass(frozen=True)
class OverAssumptions:
    """Assumptions and stored results on which the answer of some designs rests.

    `numbers`: the assumptions, with value and range; `bands`: by label, result of a stored run of `sure`, and its run
    folder; `command`: that of `sure`, as typed; `sampled`: by label, the sampling interval of the answer, in words;
    `asks`: name of the sentence on the command's purpose, which may say that it takes up to `n_runs` runs.
    """

    numbers: Sequence[str]
    bands: Mapping[str, str]
    command: str
    sampled: Mapping[str, str]
    asks: str = "which_share"
    n_runs: int = 0

    @cached_property
    def sentences(self) -> list[str]:
        lines = [text for label, band in self.bands.items() for text in self._of_design(label, band)]
        lines += [sentence_of("rests_on", numbers=listed(self.numbers, "and"))] if self.numbers else []
        return lines if self.bands else [*lines, sentence_of("as_configured")]

    def _of_design(self, label: str, band: str) -> Iterator[str]:
        yield f"{label}, over assumptions: {band}."
        if label in self.sampled:
            yield f"{label}, sampling interval: {self.sampled[label]}, with all numbers as configured."

    @property
    def _what(self) -> str:
        return "More on the numbers that decide it" if self.bands else sentence_of(self.asks, n_runs=self.n_runs)

    @property
    def lines(self) -> list[str]:
        """The sentences for the terminal."""
        return [*self.sentences, f"{self._what}: {self.command}"]

    @property
    def section(self) -> Section:
        return Section("What it rests on", items=self.sentences, notes=[f"{self._what}: `{self.command}`"])
