"""Pages of the documentation that are made while it is built: of the root's files, of verbs and of keys.

`make docs` has mkdocs call these functions (mkdocs.yml).
"""

import posixpath
import re
from collections.abc import Iterator, Sequence
from importlib import import_module
from math import inf
from pathlib import Path
from textwrap import indent
from typing import Any

from griffe import Extension, Object
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from experiments.composition import compose, packaged
from experiments.designs.design import MarginKeys
from experiments.grouping import values_of
from experiments.overrides import options
from experiments.studies.page.form import Field, fields_of, group_of
from experiments.studies.page.shifts import with_shifts
from experiments.verbs import VERBS, module_of, page
from sim.config import HubConfig

ROOT = Path(__file__).resolve().parents[1]
ROOT_PAGES = {
    "README.md": "index.md", "CHANGELOG.md": "changelog.md", "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
}  # fmt: skip
"""Files of the root, and the pages that they are."""
SHIM = (re.compile(r"https://[\w.]+/iframe-worker/shim"), "vendor/iframe-worker.js")
"""What the theme would fetch for the search of pages that are opened as files, and our copy of it."""
HUBS = (
    ("The hub", "", ()),
    ("Given shifts", "roster=three_shifts", ()),
    ("Declarations to customs", "customs=declared", ()),
    ("Several halls", "scenario=liege_100k_complex", ()),
    ("Parcels that fly on", "scenario=express_night_hub", ()),
    ("Flights by hour of the week", "arrivals=hourly", ()),
    (
        "Disruptions",
        "+disruption@disruptions.NAME=NAME",
        tuple(f"+disruption@disruptions.{name}={name}" for name in options("disruption", [packaged()])),
    ),
)
"""Configurations that together have every key of a hub, each with what it adds."""
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")


class Examples(Extension):
    """Examples in docstrings, which would otherwise be quotations without line breaks."""

    def on_object(self, *, obj: Object, **_: Any) -> None:  # noqa: ANN401 - griffe's
        if obj.docstring and "\n>>> " in obj.docstring.value:
            text, prompt, example = obj.docstring.value.partition(">>> ")
            obj.docstring.value = f"{text}Examples:\n{indent(prompt + example, '    ')}"


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the generated pages."""
    for name, uri in ROOT_PAGES.items():
        files.append(File.generated(config, uri, content=(ROOT / name).read_text(encoding="utf-8")))
    files.append(File.generated(config, "reference/verbs.md", content=verbs_page()))
    files.append(File.generated(config, "reference/keys.md", content=keys_page()))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Have links between files of the repository lead to pages; what is no page keeps its text alone."""
    source = next((name for name, uri in ROOT_PAGES.items() if uri == page.file.src_uri), f"docs/{page.file.src_uri}")
    folder = posixpath.dirname(source)

    def led(match: re.Match[str]) -> str:
        image, text, target = match.groups()
        if "://" in target or target.startswith("#"):
            return match[0]
        path, _, anchor = target.partition("#")
        path = posixpath.normpath(posixpath.join(folder, path))
        uri = ROOT_PAGES.get(path, path.removeprefix("docs/"))
        if files.get_file_from_path(uri) is None:  # a link to nothing stays, and is warned of
            return text if (ROOT / path).exists() else match[0]
        relative = posixpath.relpath(uri, posixpath.dirname(page.file.src_uri) or ".")
        return f"{image}[{text}]({relative}{f'#{anchor}' if anchor else ''})"

    return _LINK.sub(led, markdown)


def on_post_page(output: str, page: Page, config: MkDocsConfig) -> str:
    """Have the page load our copy of what the theme would fetch."""
    return SHIM[0].sub(posixpath.relpath(SHIM[1], posixpath.dirname(page.file.dest_uri) or "."), output)


def verbs_page() -> str:
    """The help of every verb."""
    rows = [f"| [`{name}`](#{name}) | {verb.summary} |" for name, verb in VERBS.items()]
    parts = [f"## {name}\n\n```text\n{page(name)}\n```" for name in VERBS]
    head = "# Verbs\n\nWhat `cargohub VERB --help` prints.\n\n| verb | what it does |\n|---|---|"
    return "\n".join([head, *rows]) + "\n\n" + "\n\n".join(parts) + "\n"


def keys_page() -> str:
    """Every key that a word can change: value, unit, bounds, range and source."""
    parts = ["# Keys", _KEYS]
    known: set[str] = set()
    sections = list(_sections())
    of_verbs = {shown.removeprefix("study=") for _, shown, _, _ in sections if shown.startswith("study=")}
    for title, shown, words, kind in sections:
        others = of_verbs - {shown.removeprefix("study=")} if shown.startswith("study=") else set()
        base = compose(words)
        listed = with_shifts(fields_of((kind, MarginKeys), base, None, has_hidden=True), dict(values_of(base)))
        groups: dict[str, dict[str, list[Field]]] = {}
        for field in listed:
            if (key := _starred(field)) not in known and key.partition(".")[0] not in others:
                groups.setdefault(group_of(field.key), {}).setdefault(key, []).append(field)
        known |= {key for rows in groups.values() for key in rows}
        parts += [f"## {title}{f' (`{shown}`)' if shown else ''} {{ #{anchor(title)} }}"] if groups else []
        for group, rows in sorted(groups.items()):
            parts += [f"### {group} {{ #{anchor(title)}-{anchor(group)} }}"] if len(groups) > 1 else []
            parts += ["\n".join([*_HEAD, *(_row(key, members) for key, members in rows.items())])]
    return "\n\n".join(parts) + "\n"


def anchor(heading: str) -> str:
    return re.sub(r"\W+", "-", heading.lower())


def _sections() -> Iterator[tuple[str, str, Sequence[str], Any]]:
    """Title, words shown and taken, and the class of the keys: of hubs, and of verbs with keys of their own."""
    for title, shown, words in HUBS:
        yield title, shown, words or (shown.split() if shown else ()), HubConfig
    for verb in VERBS:
        study = getattr(import_module(module_of(verb)), "STUDY", None)
        name = verb.replace("-", "_")
        if study is not None and (packaged() / "study" / f"{name}.yaml").is_file():
            yield f"The verb {verb}", f"study={name}", (f"study={name}",), study.keys


def _order(value: str) -> tuple[float, str]:
    try:
        return float(value), ""
    except ValueError:
        return inf, value


def _starred(field: Field) -> str:
    """The key, with a star for what has one range in common."""
    entry = field.about.entry.key if field.about and field.about.stars else ""
    return field.key if not entry or "**" in entry else entry


def _row(key: str, fields: Sequence[Field]) -> str:
    """What holds for all that a key with stars stands for; of their values the first and last in order."""
    first = fields[0]
    values = sorted({field.base for field in fields}, key=_order)
    value = values[0] if len(values) == 1 else f"{values[0]} … {values[-1]}"
    bounds = list(dict.fromkeys(", ".join(field.leaf.options) or field.bounds for field in fields))
    about = first.about
    kind, source = (about.kind, about.source) if about else ("", "")
    cells = (
        f"`{key}`", value, " or ".join(dict.fromkeys(field.unit for field in fields if field.unit)),
        bounds[0] if len(bounds) == 1 else "",
        first.range if len(fields) == 1 else "in proportion" if first.range else "",
        source if source.startswith(kind) else f"{kind}: {source}",
    )  # fmt: skip
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


_HEAD = ("| key | value | unit | bounds | range | source |", "|---|---|---|---|---|---|")
_KEYS = """A key is changed by a word, `KEY=VALUE`.

- *Value* is that of the packaged configuration.
- *Bounds* are checked before anything runs.
- *Range* is how far an assumption may be off; `cargohub sure` draws from it.
- A section holds the keys that its words add. A star stands for any name, as of a lane or a hall: its row has the least
  and the greatest value."""
