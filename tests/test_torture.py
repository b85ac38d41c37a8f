"""What the campaign of tests/torture found once is handled since: one line, exit code 2, nothing half-written."""

import random

import pytest
from torture import ground, troubles
from torture.campaign import known
from torture.damages import RUNS
from torture.judge import of_code, of_files, verdict

from experiments.main import main
from sim.trusted import trusted


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    ground.laid_out(folder, {"ruled": RUNS["ruled"]})
    assert not trusted(), "or the next cases would execute the code of runs, and cache no replication"
    return folder


@pytest.mark.parametrize("number", range(len(known())))
def test_what_was_found_once_is_handled(good, tmp_path, monkeypatch, capsys, number):
    case = known()[number]
    ground.copied(good, case, tmp_path)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    code = main(ground.words_in(tmp_path, case["words"]))
    out, err = (text.encode(errors="backslashreplace") for text in capsys.readouterr())
    assert verdict(case["words"], code, out, err, tmp_path / "out") is None


def test_the_cache_is_damaged_of_commands_that_have_one():
    drawn = [troubles.cache(random.Random(seed))["words"] for seed in range(40)]
    assert {words[0] for words in drawn} == {"run", "compare", "sweep", "select"}
    assert not any("rules=mine.py" in words for words in drawn), "own code is always simulated"


def test_the_judge_sees_what_breaks_the_contract(tmp_path):
    words, out = ["run"], tmp_path / "out"
    good = b"cargohub: seed: expected a whole number\n"
    assert verdict(words, 2, b"", good, out) is None
    assert verdict(words, 143, b"", b"cargohub: ended\n", out, ["signal", 15, 0.5]) is None
    for code, err in [
        (1, b""),
        (-11, b""),
        (130, good),
        (2, b""),
        (2, good + good),
        (2, b"error\n"),
        (2, b"cargohub: \x1b[31m\n"),
        (2, good.replace(b"seed", b"x" * 1_000)),
        (0, b"Traceback (most recent call last):\nKeyError: 1\n"),
    ]:
        assert verdict(words, code, b"", err, out) is not None, err
    assert verdict(words, 2, b"half an answer", good, out) is not None
    assert of_files({"run"}, {"run", "out/half"}, 2) is not None
    assert of_code(words, tmp_path, "connects to 192.0.2.1\n") is not None
    (tmp_path / "executed").touch()
    assert of_code(words, tmp_path, "") is not None
    assert of_code(["run", "rules=mine.py"], tmp_path, "") is None
    (out / "run-half").mkdir(parents=True)
    assert verdict(words, 2, b"", good, out) is not None
