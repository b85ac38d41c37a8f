"""An answer on a terminal: one screen of at most 24 lines of 100 columns; `--all` has the rest."""

import textwrap
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias

from experiments.answer.blocks import LOOKS, Block, Matrix, Next, Note, Row, Sure, Values, Verdict

MOST_LINES: Final = 24
WIDTH: Final = 100
_INDENT: Final = "  "
_BETWEEN: Final = 3
"""Blanks between columns."""
_MOST_NOTE: Final = 2
"""Lines of a note; a longer one is cut at a word."""
Part: TypeAlias = tuple[str, str]
"""Text and its look: good, open, bad, title, or none."""
Line: TypeAlias = tuple[Part, ...]


def plain(line: Line) -> str:
    """The text of a line."""
    return "".join(text for text, _ in line).rstrip()


def screen(blocks: Sequence[Block], end: Sequence[str] = (), most: int = MOST_LINES) -> list[Line]:
    """The lines of an answer, at most so many, those of `end` included; the least important are left out.

    A blank line separates the verdicts from what follows. Notes are left out first, then the last rows of values and of
    matrices; a line says so.
    """
    parts = [_lines(block) for block in blocks]
    room = most - len(end) - _fixed(blocks, parts)
    is_cut = False
    for kind in (Note, Values, Matrix):
        for at in reversed(range(len(blocks))):
            block = blocks[at]
            if room >= 0 or not isinstance(block, kind):
                continue
            lines, least = parts[at], 0 if kind is Note else 3
            fewer = max(least, len(lines) + room - (not is_cut))
            if fewer < len(lines):
                room += len(lines) - fewer - (not is_cut)
                parts[at] = lines[:fewer]
                is_cut = True
    text = [line for at, lines in enumerate(parts) for line in _apart(blocks, at, lines)]
    if is_cut:
        text.append(((f"{_INDENT}More rows and notes: --all shows them.", ""),))
    return [*text, *(((line, ""),) for line in end)]


def _fixed(blocks: Sequence[Block], parts: Sequence[list[Line]]) -> int:
    return sum(len([*_apart(blocks, at, lines)]) for at, lines in enumerate(parts))


def _apart(blocks: Sequence[Block], at: int, lines: list[Line]) -> Iterator[Line]:
    """The lines of a block after a blank line, unless it belongs to the block before."""
    before = blocks[at - 1] if at else None
    if before is not None and lines and not (isinstance(before, Verdict) and isinstance(blocks[at], Verdict)):
        yield ((" ", ""),)
    yield from lines


def _lines(block: Block) -> list[Line]:
    match block:
        case Verdict():
            return _of_verdict(block)
        case Values():
            return _of_values(block.rows)
        case Matrix():
            return _of_matrix(block)
        case Sure():
            first = _hanging("How sure   ", block.share)
            return [*first, *(_hanging(" " * 11, block.decided_by) if block.decided_by else [])]
        case Note():
            return [((line, ""),) for line in wrapped(block.text, _MOST_NOTE)]
        case Next():
            return [*_of_next(block)]


def _of_next(block: Next) -> Iterator[Line]:
    """A line a command, with what it shows behind it if there is room, otherwise below."""
    longest = max(map(len, block.commands), default=0)
    for at, (command, what) in enumerate(block.commands.items()):
        head = f"{_INDENT}{'next' if not at else '':<8}"
        if len(head) + longest + _BETWEEN + len(what) <= WIDTH:
            yield ((f"{head}{command:<{longest}}{_BETWEEN * ' '}{what}", ""),)
        else:
            yield ((f"{head}{command}", ""),)
            if what:
                yield from _hanging(" " * 12, what)


def _of_verdict(verdict: Verdict) -> list[Line]:
    subject = wrapped(f"{verdict.subject}: {verdict.word}", 1)[0]
    head = subject.removesuffix(verdict.word)
    lines: list[Line] = [((head, "title"), (verdict.word.upper(), LOOKS.get(verdict.word, "title")))]
    if head == subject:
        lines = [((subject, "title"),)]
    for text in (verdict.criterion, verdict.decides, verdict.basis):
        lines += [((line, ""),) for line in wrapped(text, _MOST_NOTE)] if text else []
    return lines


def _of_values(rows: Sequence[Row]) -> list[Line]:
    """A line a row; a value without an interval may be longer than the column."""
    label = max((len(row.label) for row in rows), default=0)
    value = max((len(row.value) for row in rows if row.interval), default=0)
    interval = max((len(row.interval) for row in rows), default=0)
    text: list[Line] = []
    for row in rows:
        cells = [f"{row.label:<{label}}", f"{row.value:<{value}}" if row.interval or row.note else row.value]
        cells += [f"{row.interval:<{interval}}"] if row.interval else []
        line = (_BETWEEN * " ").join([*cells, row.note]).rstrip()
        text.append(((f"{_INDENT}{wrapped(line, 1, WIDTH - len(_INDENT))[0]}", ""),))
    return text


def _of_matrix(matrix: Matrix) -> list[Line]:
    rows = [[_one_line(cell) for cell in row] for row in (matrix.columns, *matrix.rows)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(matrix.columns))]
    n = 1
    used = len(_INDENT) + widths[0]
    while n < len(widths) and used + _BETWEEN + widths[n] <= WIDTH:
        used += _BETWEEN + widths[n]
        n += 1
    lines: list[Line] = [((line, ""),) for line in wrapped(matrix.caption, 1)] if matrix.caption else []
    for row in rows:
        parts: list[Part] = [(_INDENT, "")]
        for at, cell in enumerate(row[:n]):
            text = f"{cell:<{widths[at]}}" if at < matrix.n_texts else f"{cell:>{widths[at]}}"
            gap = _BETWEEN * " " if at < n - 1 else ""
            parts.append((text + gap, next((look for word, look in LOOKS.items() if cell.endswith(word)), "")))
        lines.append(tuple(parts))
    return lines


def _one_line(cell: str) -> str:
    """A cell whose second line is an interval, on one line."""
    first, *others = cell.split("\n")
    return f"{first} ({', '.join(others)})" if others else first


def _hanging(head: str, text: str) -> list[Line]:
    lines = textwrap.wrap(text, WIDTH - len(head) - len(_INDENT), break_long_words=False, break_on_hyphens=False)
    return [((f"{_INDENT}{head if not at else ' ' * len(head)}{line}", ""),) for at, line in enumerate(lines)]


def wrapped(text: str, most: int, width: int = WIDTH) -> list[str]:
    """A text on at most so many lines, none broken within a word; an ellipsis shows that there is more.

    >>> wrapped("a bc " * 50, 1)[0][-9:], wrapped("a b", 2)
    (' a bc a …', ['a b'])
    """
    return textwrap.wrap(
        text, width, max_lines=most, placeholder=" …", break_long_words=False, break_on_hyphens=False,
    ) if text else []  # fmt: skip
