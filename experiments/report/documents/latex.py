"""A document as LaTeX: an article whose diagram is a PDF beside it."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from experiments.report import style
from experiments.report.documents import FILL, Block, Missing, Points, Report, walked
from experiments.report.documents.graph import Graph
from experiments.report.figures import logic_figure
from experiments.report.sections import on_one_line
from experiments.store.rows import Grid

_HEAD: Final = r"""\documentclass[a4paper,10pt]{article}
\usepackage[utf8]{inputenc}
\usepackage[T1]{fontenc}
\usepackage{textcomp}
\usepackage[margin=2cm]{geometry}
\usepackage{array}
\usepackage{graphicx}
\usepackage{longtable}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt}
\sloppy
"""
_SECTIONS: Final = ("section*", "subsection*", "subsubsection*")
_SIGNS: Final = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "$": r"\$", "&": r"\&", "#": r"\#", "%": r"\%", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "<": r"\textless{}", ">": r"\textgreater{}",
    "|": r"\textbar{}", "€": "EUR", "₂": "$_2$", "⁻": "$^-$", "×": r"$\times$", "±": r"$\pm$", "−": "$-$", "–": "--",
    "→": r"$\rightarrow$", "≤": r"$\leq$", "≥": r"$\geq$", "µ": r"$\mu$", "∞": r"$\infty$", "α": r"$\alpha$",
    "\u00a0": "~", "…": r"\ldots{}", "°": r"$^\circ$", "·": r"$\cdot$",
    **{sign: f"$^{n}$" for n, sign in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")},
}  # fmt: skip
_END_OF_LATIN: Final = 0x180
"""Characters of European names are below it (Unicode's block Latin Extended-A)."""
_QUOTES: Final = "‘’“”"
_RAGGED: Final = (r"\raggedleft", r"\raggedright")
_ROW: Final = r" \\"
_FIRST_ROW: Final = rf"{_ROW} \hline \endhead"
_BREAKS: Final = re.compile(r"(?<=[./=,])(?=\w)|(?<=\\_)(?=\w)")
"""Places at which a long key may be broken."""


def files_of(report: Report, path: Path) -> dict[Path, bytes]:
    """The text and the diagrams that it includes, by path."""
    files: dict[Path, bytes] = {}
    lines = [_HEAD, r"\begin{document}", rf"\title{{{plain(report.title)}}}", r"\date{}", r"\maketitle"]
    chapters = [(0, "", report.opening), *((depth, each.title, each.blocks) for depth, each in walked(report.chapters))]
    for depth, title, blocks in chapters:
        if title:
            lines.append(rf"\{_SECTIONS[min(depth, len(_SECTIONS)) - 1]}{{{plain(title)}}}")
        for block in blocks:
            if isinstance(block, Graph):
                picture = path.with_name(f"{path.stem}-diagram-{len(files) + 1}.pdf")
                files[picture] = _drawn(block)
                lines += _shown(picture.name, block.caption)
            else:
                lines += _block(block)
            lines.append("")
    lines += [r"\end{document}", ""]
    return {path: "\n".join(lines).encode(), **files}


def _drawn(graph: Graph) -> bytes:
    with style.look():
        return style.saved(logic_figure.figure(graph), "pdf")


def _shown(name: str, caption: str) -> Iterator[str]:
    yield from (
        r"\begin{center}",
        rf"\includegraphics[width=\textwidth,height=0.85\textheight,keepaspectratio]{{{name}}}",
    )
    yield from (rf"\par\emph{{{plain(caption)}}}", r"\end{center}")


def _block(block: "Block") -> Iterator[str]:
    if isinstance(block, str):
        yield _text(block)
    elif isinstance(block, Points):
        yield from (r"\begin{itemize}", *(rf"\item {_text(text)}" for text in block.texts), r"\end{itemize}")
    elif isinstance(block, Missing):
        yield rf"\fbox{{\parbox{{0.96\textwidth}}{{\textbf{{{FILL}:}} {_text(block.text)}}}}}"
    elif isinstance(block, Grid):
        yield from _table(block)


def _table(grid: Grid) -> Iterator[str]:
    """A table whose columns are in proportion to the square root of their longest text, as long texts wrap."""
    rows = [[on_one_line(cell) for cell in row] for row in (grid.header, *grid.rows)]
    wants = [max(6, min(60, max(map(len, column)))) ** 0.5 for column in zip(*rows, strict=True)]
    widths = [0.94 * want / sum(wants) - 0.012 for want in wants]
    columns = "".join(
        rf">{{{_RAGGED[at < grid.n_texts]}\arraybackslash}}p{{{width:.3f}\textwidth}}"
        for at, width in enumerate(widths)
    )
    yield r"{\footnotesize"
    if grid.caption:
        yield rf"\emph{{{plain(grid.caption)}}}"
    yield rf"\begin{{longtable}}{{{columns}}}"
    for at, row in enumerate(rows):
        cells = (_parted(_text(cell)) if at else rf"\textbf{{{plain(cell)}}}" for cell in row)
        yield " & ".join(cells) + (_ROW if at else _FIRST_ROW)
    yield from (r"\end{longtable}", "}")


def _text(text: str) -> str:
    parts = text.split("`")
    return "".join(rf"\texttt{{{_parted(plain(part))}}}" if at % 2 else plain(part) for at, part in enumerate(parts))


def _parted(text: str) -> str:
    return _BREAKS.sub(r"\\allowbreak{}", text)


def plain(text: str, *, has_all_signs: bool = False) -> str:
    r"""Text with LaTeX's special characters replaced, and those that its font lacks, unless it is to have all signs.

    >>> print(plain("5 % of a_b, 30 m²"), plain("Łukasz O’Neil, 王"), plain("王", has_all_signs=True))
    5 \% of a\_b, 30 m$^2$ Łukasz O’Neil, ? 王
    """
    return "".join(_SIGNS.get(sign) or (sign if has_all_signs else _known(sign)) for sign in text)


def _known(sign: str) -> str:
    """The character, or the nearest that the font has."""
    if ord(sign) < _END_OF_LATIN or sign in _QUOTES:
        return sign
    return unicodedata.normalize("NFKD", sign).encode("ascii", "ignore").decode() or "?"
