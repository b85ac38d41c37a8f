"""A mistake on the command line is told in one line, and nothing is written."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from experiments.main import main


def refused(capsys: pytest.CaptureFixture[str], *words: object) -> str:
    """The one line that is all a command says."""
    capsys.readouterr()
    assert main([*map(str, words)]) == 2
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    return err


def is_refused(capsys: pytest.CaptureFixture[str], runs: Path, words: Sequence[str], message: str) -> None:
    assert message in refused(capsys, *words, "--out", runs)
    assert not runs.exists()
