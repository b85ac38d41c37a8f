"""A mistake on the command line is told in one line, and nothing is written."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from experiments.main import main


def is_refused(capsys: pytest.CaptureFixture[str], runs: Path, words: Sequence[str], message: str) -> None:
    assert main([*words, "--out", str(runs)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.count("\n") == 1
    assert message in captured.err
    assert not runs.exists()
