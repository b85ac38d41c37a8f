"""Fuzzes a parser: `make fuzz MINUTES=10 PARSER=ssim`, minutes of processor time; without PARSER each in turn.

With atheris, if it is installed, inputs grow by the lines of ours that they reach; else hypothesis changes good files.
What breaks the oracle is written to `corpus/PARSER`, which tests/test_fuzz.py replays.
"""

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections import Counter
from importlib.util import find_spec
from pathlib import Path
from typing import Any

CORPUS = Path(__file__).with_name("corpus")
LONGEST = 64 * 1024
PATIENCE_S = 60


class Tries:
    """Inputs of one parser, and the smallest of each kind of problem."""

    def __init__(self, name: str, root: Path) -> None:
        from fuzz.parsers import PARSERS

        self.name, self.root, self.parser = name, root, PARSERS[name]
        self.n, self.problems, self.smallest = 0, Counter[str](), dict[str, bytes]()

    def __call__(self, data: bytes) -> None:
        from fuzz.oracle import problem_of

        self.n += 1
        problem = problem_of(self.parser, data, self.root)
        if problem is None:
            return
        self.problems[problem] += 1
        if problem not in self.smallest or len(data) < len(self.smallest[problem]):
            self.smallest[problem] = data
            kept = CORPUS / self.name / hashlib.sha256(problem.encode()).hexdigest()[:8]
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(data)
            say(f"{self.name}: {problem}: {kept}")

    def report(self) -> None:
        say(f"{self.name}: {self.n} executions, {self.problems.total()} failures of {len(self.problems)} kinds")


def say(line: str) -> None:
    """On standard output, soon: libFuzzer ends the process itself."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def with_atheris(name: str, minutes: float, folder: Path) -> None:
    """In this process, which libFuzzer ends."""
    import atheris

    with atheris.instrument_imports(include=["sim", "experiments"], enable_loader_override=False):
        tries = Tries(name, folder / "files")
    seeds = folder / "seeds"
    seeds.mkdir()
    for number, seed in enumerate(tries.parser.seeds()):
        (seeds / f"{number}").write_bytes(seed)

    def one(data: bytes) -> None:
        tries(data)
        if time.process_time() > end:
            tries.report()
            os._exit(bool(tries.problems))

    limits = {"max_len": LONGEST, "timeout": PATIENCE_S, "rss_limit_mb": 4096, "print_final_stats": 1}
    options = [f"-{key}={value}" for key, value in limits.items()]
    atheris.Setup([sys.argv[0], str(seeds), f"-artifact_prefix={folder}/", *options], one)
    end = time.process_time() + 60 * minutes
    atheris.Fuzz()


def with_hypothesis(name: str, minutes: float, folder: Path) -> int:
    """Rounds of changed good files until the time is over."""
    from fuzz.changes import tried

    tries, end = Tries(name, folder / "files"), time.process_time() + 60 * minutes
    while time.process_time() < end:
        tried([*tries.parser.seeds()], tries.n, 200, tries)
    tries.report()
    return int(bool(tries.problems))


def main() -> Any:
    """Exit code 1 if anything was found."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("parser")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="cargohub-fuzz-"))
    return (with_atheris if find_spec("atheris") else with_hypothesis)(asked.parser, asked.minutes, folder)


if __name__ == "__main__":
    sys.exit(main())
