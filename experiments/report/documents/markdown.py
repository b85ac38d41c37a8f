"""A document as Markdown, with diagrams in Mermaid."""

import re
from collections.abc import Iterator
from pathlib import Path

from experiments.report.documents import FILL, Block, Missing, Points, Report, walked
from experiments.report.documents.graph import Graph, mermaid
from experiments.report.sections import on_one_line
from experiments.store.rows import Grid

_MARKED = re.compile(r"([\\*_#<>\[\]|~])")


def files_of(report: Report, path: Path) -> dict[Path, bytes]:
    return {path: text_of(report).encode()}


def text_of(report: Report) -> str:
    lines = [f"# {plain(report.title)}", ""]
    for block in report.opening:
        lines += [*_block(block), ""]
    for depth, chapter in walked(report.chapters):
        lines += [f"{'#' * (depth + 1)} {plain(chapter.title)}", ""]
        for block in chapter.blocks:
            lines += [*_block(block), ""]
    return "\n".join(lines).rstrip() + "\n"


def _block(block: Block) -> Iterator[str]:
    if isinstance(block, str):
        yield _text(block)
    elif isinstance(block, Points):
        yield from (f"- {_text(text)}" for text in block.texts)
    elif isinstance(block, Missing):
        yield f"> **{FILL}:** {_text(block.text)}"
    elif isinstance(block, Graph):
        yield from ("```mermaid", mermaid(block), "```", "", f"*{plain(block.caption)}*")
    else:
        yield from _table(block)


def _table(grid: Grid) -> Iterator[str]:
    if grid.caption:
        yield from (f"*{plain(grid.caption)}*", "")
    yield f"| {' | '.join(map(plain, grid.header))} |"
    yield f"|{'|'.join('---' if at < grid.n_texts else '---:' for at in range(len(grid.header)))}|"
    for row in grid.rows:
        yield f"| {' | '.join(plain(on_one_line(cell)) for cell in row)} |"


def _text(text: str) -> str:
    """Text for Markdown: code between backticks is unchanged, special characters elsewhere are escaped."""
    parts = text.split("`")
    return "`".join(part if at % 2 else plain(part) for at, part in enumerate(parts))


def plain(text: str) -> str:
    r"""Text with Markdown's special characters escaped, except underscores within words.

    >>> print(plain("a_b *c* | d_"), plain("12 < 13"))
    a_b \*c\* \| d\_ 12 \< 13
    """
    return re.sub(r"(?<=\w)\\_(?=\w)", "_", _MARKED.sub(r"\\\1", text))
