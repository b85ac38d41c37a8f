"""Citations of the program and of a stored run, as BibTeX and as a CITATION.cff."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, Self

import yaml

from experiments.report.documents import FILL
from experiments.report.documents.latex import plain
from experiments.store.foreign import Manifest
from experiments.store.identity import HASH_DIGITS, ROOT, git, program
from experiments.store.stored_by import finished

_FILE: Final = "CITATION.cff"
_bibtex: Final = partial(plain, has_all_signs=True)


@dataclass(frozen=True, slots=True)
class Software:
    """The program at a version. `commit`: empty if unknown."""

    title: str
    authors: tuple[str, ...]
    license: str
    version: str
    commit: str
    is_modified: bool

    @classmethod
    def at(cls, state: Mapping[str, Any]) -> Self:
        """The program at a version and commit, as in a run's manifest."""
        about = _about()
        names = tuple(str(author.get("name") or FILL) for author in about["authors"])
        commit, version = state.get("commit") or "", str(state.get("version", about["version"]))
        return cls(about["title"], names, about["license"], version, commit, bool(state.get("is_modified")))

    @property
    def bibtex(self) -> str:
        changed = " with changes" if self.is_modified else ""
        note = f"Commit {self.commit}{changed}" if self.commit else "Commit not known"
        authors = " and ".join(f"{{{_bibtex(name)}}}" for name in self.authors)
        dated = {"year": self.date[:4], "date": self.date} if self.date else {}
        fields = {"title": self.title, **dated, "version": self.version, "note": note, "license": self.license}
        return entry("software", f"cargohub_{self.version}", authors, fields)

    @property
    def date(self) -> str:
        """That of the commit; empty if it is not available. Of an installed package, which has none, its release."""
        if self.commit:
            return git("show", "-s", "--format=%cs", self.commit) or ""
        about = _about()
        return str(about["date-released"]) if self.version == str(about["version"]) else ""

    def as_cff(self) -> dict[str, Any]:
        """A reference for another CITATION.cff."""
        known = {"commit": self.commit} if self.commit else {}
        authors = [{"name": name} for name in self.authors]
        about = {"type": "software", "title": self.title, "authors": authors, "version": self.version}
        return {**about, **known, "license": self.license}


@dataclass(frozen=True, slots=True)
class RunCitation:
    """A stored run. `author`: who made it; `made_on`: the date on which it was complete."""

    name: str
    hash: str
    question: str
    command: str
    seeds: tuple[str, ...]
    made_on: dt.date
    author: str
    software: Software

    @classmethod
    def of(cls, manifest: Manifest, question: str, command: str, author: str | None) -> Self:
        seeds = {str(hub.get("seed")) for hub in manifest.identity["hubs"].values()}
        return cls(
            manifest.folder.resolve().name, manifest.hash, question.strip(), command, tuple(sorted(seeds)),
            finished(manifest.folder).date(), author or FILL, Software.at(manifest.program),
        )  # fmt: skip

    @property
    def title(self) -> str:
        return f"{self.question} Run {self.name} of cargohub"

    @property
    def bibtex(self) -> str:
        seeds = f"seed{'s' * (len(self.seeds) > 1)} {', '.join(self.seeds)}"
        fields = {
            "title": self.title, "year": f"{self.made_on:%Y}", "date": f"{self.made_on}",
            "version": self.software.version,
            "note": f"SHA-256 {self.hash}; {seeds}; made by: {self.command}",
        }  # fmt: skip
        return entry("dataset", f"cargohub_run_{self.hash[:HASH_DIGITS]}", _bibtex(self.author), fields)

    def cff(self, license_name: str) -> str:
        """The CITATION.cff of the run's archive."""
        document = {
            "cff-version": "1.2.0", "message": "If you use this run, please cite the run and its program as below.",
            "type": "dataset", "title": self.title, "authors": [{"name": self.author}],
            "date-released": self.made_on, "license": license_name, "version": self.hash[:HASH_DIGITS],
            "identifiers": [{"type": "other", "value": f"sha256:{self.hash}", "description": "SHA-256 of the run"}],
            "references": [self.software.as_cff()],
        }  # fmt: skip
        return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=100))


def here() -> Software:
    """The running program."""
    return Software.at(program())


def entry(kind: str, key: str, authors: str, fields: Mapping[str, str]) -> str:
    r"""An entry of BibTeX, with fields escaped for LaTeX; `authors`: names as BibTeX separates them.

    >>> print(entry("misc", "a b", "Ada Lovelace", {"title": "5 % of it"}))
    @misc{a_b,
      author = {Ada Lovelace},
      title = {{5 \% of it}},
    }
    """
    name = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in key)
    lines = (f"  {field} = {{{{{_bibtex(value)}}}}}," for field, value in fields.items())
    return "\n".join([f"@{kind}{{{name},", f"  author = {{{authors}}},", *lines, "}"])


def _about() -> Mapping[str, Any]:
    """The content of CITATION.cff, from the installed package or the checkout."""
    installed = Path(__file__).parents[1] / _FILE
    path = installed if installed.is_file() else ROOT / _FILE
    about: Mapping[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return about
