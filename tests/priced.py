"""The packaged prices, some of them changed, for tests."""

from copy import deepcopy
from functools import cache
from typing import Any

from experiments.composition import compose
from experiments.money.prices import Prices
from sim.reading import read


def priced(**values: object) -> Prices:
    """`priced(**{"site.rent_eur_per_m2_year": 50})`."""
    document = deepcopy(_packaged())
    for key, value in values.items():
        node = document
        *path, name = key.split(".")
        for part in path:
            node = node[part]
        assert name in node, key
        node[name] = value
    return read(Prices, document, "cost")


@cache
def _packaged() -> dict[str, Any]:
    return compose()["cost"]
