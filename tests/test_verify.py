import json
import re

import pytest

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.studies import verify
from experiments.studies.verify.theory_cases import Case
from sim.errors import CargohubError, LawBroken


@pytest.fixture
def quick(monkeypatch, is_slow):
    """Theory has a test of its own, and laws of the packaged traffic are checked with --slow."""
    few = () if is_slow else ("demand.flights_per_day=1", "demand.parcels_per_flight=4000", "demand.net_t_per_flight=3")
    monkeypatch.setattr(verify, "load", lambda *words, **days: load(*words, *few, **days))
    monkeypatch.setattr(verify, "theory_cases", lambda: (Case("Wq", 1.0, 1.1, 0.9, 1.3, 0.5, passed=True),))


def _arguments(*words, **options):
    return Arguments("verify", words, quiet=True, **options)


def test_all_passes_and_is_told_as_one_document(quick, capsys, is_slow):
    examples = 20 if is_slow else 5
    assert verify.main(_arguments(f"examples={examples}", json=True)) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["passed"]
    assert document["examples"] == examples
    assert len(document["cases"]) == 4


def test_a_case_that_fails_is_exit_code_1(quick, capsys, monkeypatch):
    failed = Case("Wq", 2.0, 1.1, 0.9, 1.3, 0.5, passed=False)
    monkeypatch.setattr(verify, "theory_cases", lambda: (failed,))
    monkeypatch.setattr(verify, "_laws", lambda *_: iter(()))
    assert verify.main(_arguments("examples=1")) == 1
    assert "1 of 2 cases failed" in capsys.readouterr().out


def test_a_hub_on_which_the_programs_differ_is_a_case_that_fails(quick, capsys, monkeypatch):
    monkeypatch.setattr(verify, "try_seeds", lambda seeds, make: [f"hub {seed}: flights differ" for seed in seeds][1:])
    monkeypatch.setattr(verify, "_laws", lambda *_: iter(()))
    assert verify.main(_arguments("examples=3")) == 1
    out, err = capsys.readouterr()
    assert re.search(r"Reference model, 3 small hubs: unequal +0 +2 +NO\n", out) and "1 of 2 cases failed" in out
    assert err == "hub 1: flights differ\n"


def test_a_broken_law_is_a_case_that_fails(quick, capsys, monkeypatch):
    def broken(*_):
        raise LawBroken("parcels: 3 in, 2 out")

    monkeypatch.setattr("sim.simulate", broken)
    assert verify.main(_arguments("examples=1")) == 1
    assert "3 in, 2 out" in capsys.readouterr().err


@pytest.mark.parametrize("word", ["examples=0", "examples=many", "examples", "example=3", "rules="])
def test_other_words_are_refused(word):
    with pytest.raises(CargohubError, match="examples"):
        verify.read_examples(_arguments(word))


def test_slow_compares_more_hubs():
    assert verify.read_examples(_arguments()) == verify.EXAMPLES
    assert verify.read_examples(_arguments("slow=true")) == verify.SLOW_EXAMPLES
    assert verify.read_examples(_arguments("examples=7", "slow=true")) == 7
