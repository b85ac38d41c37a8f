"""What the campaign of tests/torture found once is handled since: one line, exit code 2, nothing half-written."""

import pytest

from experiments.main import main
from tests.torture import ground
from tests.torture.campaign import known
from tests.torture.judge import verdict


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    folder = tmp_path_factory.mktemp("good")
    ground.laid_out(folder)
    return folder


@pytest.mark.parametrize("number", range(len(known())))
def test_what_was_found_once_is_handled(good, tmp_path, monkeypatch, capsys, number):
    case = known()[number]
    ground.copied(good, case, tmp_path)
    monkeypatch.chdir(tmp_path)
    capsys.readouterr()
    code = main(case["words"])
    out, err = (text.encode(errors="backslashreplace") for text in capsys.readouterr())
    assert verdict(case, code, out, err, tmp_path / "out") is None


def test_the_judge_sees_what_breaks_the_contract(tmp_path):
    case = {"words": ["run"]}
    good = b"cargohub: seed: expected a whole number\n"
    assert verdict(case, 2, b"", good, tmp_path / "out") is None
    assert verdict({**case, "signal": [15, 0.5]}, 143, b"", b"cargohub: ended\n", tmp_path / "out") is None
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
        assert verdict(case, code, b"", err, tmp_path / "out") is not None, err
    assert verdict(case, 2, b"half an answer", good, tmp_path / "out") is not None
    (tmp_path / "out" / "run-half").mkdir(parents=True)
    assert verdict(case, 2, b"", good, tmp_path / "out") is not None
