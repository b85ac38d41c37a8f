"""What `make fuzz` attacks for minutes, for seconds: stored inputs, and good files that hypothesis changes."""

import pytest
from fuzz.changes import tried
from fuzz.fuzzing import CORPUS
from fuzz.oracle import problem_of
from fuzz.parsers import PARSERS, Parser

from sim.errors import InputError

SLOW = ("overrides", "option")
"""Hydra composes for each of them."""


@pytest.mark.parametrize("name", PARSERS)
def test_a_parser_gives_a_value_or_one_line(tmp_path, name, is_slow):
    parser, problems = PARSERS[name], {}

    def attempt(data):
        if (problem := problem_of(parser, data, tmp_path)) is not None:
            problems[problem] = data

    good = [*parser.seeds()]
    stored = [path.read_bytes() for path in sorted((CORPUS / name).glob("*"))]
    for data in (*good[:5], *stored):
        attempt(data)
    tried([*good, *stored], 1, 500 if is_slow else 3 if name in SLOW else 40, attempt)
    assert problems == {}


def test_the_oracle_sees_what_breaks_the_contract(tmp_path):
    def raising(error):
        def read(_):
            raise error

        return Parser(read, lambda: iter(()), "a")

    for error in (InputError("a: row 1: b"), MemoryError(), OSError(28, "No space left")):
        assert problem_of(raising(error), b"", tmp_path) is None
    for error in (KeyError("a"), SystemExit(1), RecursionError(), InputError(""), InputError("a b " * 300)):
        assert problem_of(raising(error), b"", tmp_path) is not None
