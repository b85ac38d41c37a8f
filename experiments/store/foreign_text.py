"""YAML and JSON of unknown origin, as plain values: nothing is executed, referenced or interpolated."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import yaml

from sim.errors import InputError
from sim.files import content_of
from sim.reading import Plain

MOST_BYTES: Final = 128 * 2**20
"""Most bytes of a configuration or manifest: two thousand designs, of 30 KiB and 45 KiB each."""
DEEPEST: Final = 24
"""Most levels of nesting."""
LONGEST: Final = 10_000
"""Most characters of a text, or digits of a number."""
_DIRECTIVE: Final = re.compile(r"_\w+_")
"""Keys such as `_target_`, by which libraries find the function to call."""
_Base: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc]  # yaml has no types
    """The safe loader, which also refuses a key that occurs twice."""

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ANN401, FBT001, FBT002
        seen = [key.value for key, _ in node.value]
        if len({str(key) for key in seen}) != len(seen):
            raise yaml.YAMLError("a key occurs twice")
        built: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return built


def bytes_of(path: Path, most: int = MOST_BYTES) -> bytes:
    """Content of a file; a link is refused, even if it replaced the file after the folder was checked.

    Raises:
        InputError: not a plain file, missing, or too large.
    """
    return content_of(path, most, may_be_link=False)


def yaml_of(path: Path) -> Plain:
    """The one YAML document of the file.

    Raises:
        InputError: no plain YAML: anchors, aliases, tags, `${…}`, keys such as `_target_`, or too deep or too long.
    """
    text = text_of(path)
    try:
        _check_events(path, text)
        loader = _Loader(text)
        try:
            value = loader.get_single_data()
        finally:
            loader.dispose()
    except (yaml.YAMLError, ValueError, OverflowError, RecursionError, TypeError) as error:
        raise InputError(f"{path}: not plain YAML: {first_line(error)}") from None
    _check_texts(path, value)
    return value


def json_of(path: Path) -> Plain:
    """The file's value.

    Raises:
        InputError: no JSON, or NaN, a key that occurs twice, `${…}`, keys such as `_target_`, or too deep.
    """
    try:
        value = json.loads(text_of(path), parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: not JSON of a run: {first_line(error)}") from None
    _check_texts(path, value)
    return value


@contextmanager
def damage_reported(path: Path) -> Iterator[None]:
    """Context in which errors of a library that reads tables become one line.

    Raises:
        InputError: a damaged file, or one that cannot be read.
    """
    import pyarrow as pa

    try:
        yield
    except (pa.ArrowException, csv.Error, OSError, ValueError, MemoryError) as error:
        raise InputError(f"{path}: damaged: {first_line(error)}") from None


def first_line(error: Exception) -> str:
    """A library's message about a file of unknown origin, made safe for a terminal."""
    text = (str(error) or type(error).__name__).splitlines()[0][:120]
    return "".join(character if character.isprintable() else "?" for character in text)


def text_of(path: Path) -> str:
    """The file's text.

    Raises:
        InputError: as `bytes_of`, or other bytes than UTF-8.
    """
    try:
        return bytes_of(path).decode()
    except UnicodeDecodeError:
        raise InputError(f"{path}: not UTF-8 text") from None


def _check_events(path: Path, text: str) -> None:
    """Check before building: an alias can expand to more than the memory."""
    depth = 0
    for event in yaml.parse(text, Loader=_Base):
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            raise InputError(f"{path}: anchors and aliases are refused")
        if getattr(event, "tag", None) is not None:
            raise InputError(f"{path}: tags are refused, got {event.tag[:60]!r}")
        if isinstance(event, yaml.ScalarEvent) and len(event.value) > LONGEST:
            raise InputError(f"{path}: a value of more than {LONGEST} characters")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise InputError(f"{path}: nested deeper than {DEEPEST} levels")


def _check_texts(path: Path, value: object) -> None:
    for depth, text, is_key in _texts(value, 0):
        if depth > DEEPEST:
            raise InputError(f"{path}: nested deeper than {DEEPEST} levels")
        if "${" in text:
            raise InputError(f"{path}: interpolations are refused, got {text[:60]!r}")
        if is_key and _DIRECTIVE.fullmatch(text):
            raise InputError(f"{path}: the key {text[:60]!r} is refused")
        if len(text) > LONGEST or not text.isprintable():
            raise InputError(f"{path}: not a text of a run: {text[:60]!r}")


def _texts(value: object, depth: int) -> Iterator[tuple[int, str, bool]]:
    if depth > DEEPEST:
        yield depth, "", False
    elif isinstance(value, str):
        yield depth, value, False
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(name, str):
                yield depth, name, True
            yield from _texts(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item, depth + 1)


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a number of JSON")


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    built = dict(pairs)
    if len(built) != len(pairs):
        raise ValueError("a key occurs twice")
    return built
