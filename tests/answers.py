"""What a command answers as JSON."""

import json
from typing import Any

import pytest

from experiments.main import main


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> Any:
    """The document that a command prints with --json."""
    capsys.readouterr()
    assert main([*map(str, words), "--json"]) == 0
    return json.loads(capsys.readouterr().out)
