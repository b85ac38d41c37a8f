"""Lines of text with a given width, for pages set by matplotlib: measuring, wrapping and cutting."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

_LEADING: Final = 1.3
"""Distance between lines, as a multiple of the font size."""
_MEASURED_AT: Final = 720
"""Dots per inch, enough to measure widths accurately."""
_MARKS: Final = re.compile(r"`([^`]+)`|(?<!\w)\*(\w[^*]*)\*(?!\w)")
"""Marks of text in another font."""
_BREAKS: Final = re.compile(r"(?<=[=,./_-])(?=.)")
"""Places at which a word wider than a line may be broken."""


@dataclass(frozen=True, slots=True)
class Type:
    """A font: size [points], and matplotlib's other properties."""

    size: float
    traits: tuple[tuple[str, str], ...] = ()

    @property
    def named(self) -> dict[str, Any]:
        return dict(self.traits)

    @property
    def line_in(self) -> float:
        return _LEADING * self.size / 72


def tied(text: str) -> str:
    """The text with numbers tied to their units, for narrow screens.

    >>> tied("71 % (63–79 %), 3 h").count(" ")
    2
    """
    return re.sub(r" (?=(%|m²|h)([ .,;):–]|$))", "\u00a0", text)


def fitted(texts: Sequence[str], letters: Type, width_in: float, most_lines: int) -> list[str]:
    """Lines of this width: as many whole sentences as fit, or the beginning of the first, with a sign of the rest."""
    ended = (text if text[-1:] in ".!?" else f"{text}." for text in map(str.strip, texts))
    text = tied(
        _MARKS.sub(lambda mark: mark[1] or mark[2], " ".join(" ".join(ended if len(texts) > 1 else texts).split()))
    )
    lines = list(wrapped(text, letters, width_in))
    if len(lines) <= most_lines:
        return lines
    ends = [match.end() for match in re.finditer(r"[.!?](?= [A-ZÀ-Ý0-9])", text)]
    for end in reversed(ends):
        shorter = list(wrapped(f"{text[:end]}\u00a0…", letters, width_in))
        if len(shorter) <= most_lines:
            return shorter
    return [*lines[: most_lines - 1], _cut(lines[most_lines - 1], letters, width_in)]


def _cut(line: str, letters: Type, width_in: float) -> str:
    """As many words as fit, with a sign that words are missing."""
    while " " in line and width_in_of(line + " …", letters) > width_in:
        line = line.rpartition(" ")[0]
    return f"{line} …"


def wrapped(text: str, letters: Type, width_in: float) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        if not line or width_in_of(f"{line} {word}", letters) <= width_in:
            line = f"{line} {word}".lstrip()
        else:
            yield line
            line = word
        while width_in_of(line, letters) > width_in:
            head = _head(line, letters, width_in)
            yield head
            line = line[len(head) :]
    if line:
        yield line


def _head(word: str, letters: Type, width_in: float) -> str:
    """As much of a word as fits on a line, ending at a punctuation mark if possible."""
    at = max(1, bisect_right(range(1, len(word) + 1), width_in, key=lambda end: width_in_of(word[:end], letters)))
    ends = [match.start() for match in _BREAKS.finditer(word) if at / 2 < match.start() <= at]
    return word[: ends[-1] if ends else at]


@cache
def _renderer() -> Any:  # noqa: ANN401 - matplotlib is loaded late
    from matplotlib.backends.backend_agg import RendererAgg

    return RendererAgg(1, 1, _MEASURED_AT)  # type: ignore[no-untyped-call]


def width_in_of(text: str, letters: Type) -> float:
    """Width of a text [in], from words that are each measured once."""
    return sum(_word_in(word, letters) for word in text.split(" ")) + text.count(" ") * _word_in(" ", letters)


@cache
def _word_in(word: str, letters: Type) -> float:
    from matplotlib.font_manager import FontProperties

    font = FontProperties(size=letters.size, **letters.named)
    width, _, _ = _renderer().get_text_width_height_descent(word, font, ismath=False)
    return float(width) / _MEASURED_AT
