"""Memory of the main process does not follow the number of designs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("verb", "few", "many", "most_mb"),
    [
        # A design keeps its configuration, its KPIs and their intervals: 0.4 to 1 MB; its tables take more than 2 MB.
        # 7 to 20, because the system gives memory in pieces of up to 20 MB; some 50 if it keeps the tables.
        ("sweep", 12, 30, 36),
        pytest.param("sweep", 50, 110, 36, marks=pytest.mark.slow),
        pytest.param("sweep", 100, 1000, 500, marks=pytest.mark.slow),
        pytest.param("compare", 100, 1000, 500, marks=pytest.mark.slow),
    ],
)
def test_memory_stays_flat_over_designs(request, tmp_path, verb, few, many, most_mb):
    drawn = ["drawn"] if request.config.getoption("--slow") else []
    script = Path(__file__).with_name("many_designs.py")
    done = subprocess.run(
        [sys.executable, str(script), verb, str(few), str(many), str(tmp_path), *drawn],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
    )
    assert done.returncode == 0, done.stderr
    at_few, at_many = json.loads(done.stdout)
    assert at_many - at_few <= most_mb
