"""One verdict: every verb that judges a hub's own traffic gives the same word for the same replications."""

import pytest
from answers import answer

from experiments.statistics.criterion import Word

SMALL = (
    "demand.parcels_per_flight=400", "demand.net_t_per_flight=0.3", "halls.main.packout_posts=0", "warmup_days=0",
    "horizon_days=2", "replications=3", "stability=off", "workers=1", "page=none",
)  # fmt: skip
HUBS = {
    Word.CARRIES: ("exports.service_h=72",),
    Word.UNDECIDED: ("service_h=16", "exports.service_h=72"),
    Word.FAILS: ("service_h=12",),
}
"""Hubs near the edge."""


@pytest.mark.parametrize("word", list(Word))
def test_run_compare_capacity_and_sure_give_one_verdict(word, capsys, monkeypatch, tmp_path):
    monkeypatch.setattr("experiments.replications.stability.LITTLE_USED", 1.0)  # two days show no growth
    words = (*SMALL, *HUBS[word], "--quiet", "--out", tmp_path)
    verdict = answer(capsys, "run", *words, "margin=none")["verdict"]
    assert verdict["word"] == word and bool(verdict["conditions"]) == (word is not Word.CARRIES)
    compared = answer(capsys, "compare", "scenarios=[liege_30k,liege_66k]", *words, "margin=none")["scenarios"]
    assert compared["liege_30k"]["verdict"] == verdict
    rough = ("scenarios=[liege_30k]", "capacity.binding=false", "capacity.tolerance=50")
    assert answer(capsys, "capacity", *rough, *words)["scenarios"]["liege_30k"]["verdict"] == verdict
    worlds = ("scenario=liege_30k", "demand=today", "sure.worlds=16", "sure.budget=8", "sure.widths=[]")
    assert answer(capsys, "sure", *worlds, *words)["scenarios"]["liege_30k"]["verdict"] == verdict
