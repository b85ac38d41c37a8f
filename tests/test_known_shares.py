"""The shares of assumed worlds that first screens show are those of the hubs as packaged."""

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.frame.known_shares import _shares, fingerprint, known_share
from experiments.studies.sure.design import parse


def test_the_shares_are_of_the_packaged_hubs_as_they_are():
    designs, _ = parse(Arguments("sure", ()))
    stale = [design.label for design in designs if known_share(design.hub) is None]
    assert not stale, "the configuration has changed: `make sure` computes the shares again"
    assert len(_shares()) == len(designs), "no share is of another hub"
    assert all(share.low <= share.mean <= share.high for share in _shares().values())


def test_a_share_is_of_the_hub_and_not_of_how_it_is_simulated():
    same = ("horizon_days=7", "seed=2", "replications=1", "warmup_days=3")
    assert fingerprint(load("liege_30k")) == fingerprint(load("liege_30k", *same))
    assert fingerprint(load("liege_30k")) != fingerprint(load("liege_30k", "halls.main.doors_out=20"))
    assert known_share(load("liege_30k", "halls.main.doors_out=20")) is None
    share = known_share(load("liege_30k"))
    assert share is not None and "of 100 assumed worlds" in share.block.share
