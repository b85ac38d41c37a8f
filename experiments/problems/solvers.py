"""Solvers of other libraries and a random search, on one oracle. Each runs until the budget is spent."""

import warnings
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from experiments.problems.oracle import Oracle, nearest

EACH: Final = 3
"""Replications of a design at a time (decision): with fewer, bad designs too often look good."""
Solver = Callable[[Oracle, int], None]
"""A function of an oracle and a seed, which ends by raising BudgetSpent."""


def random_search(oracle: Oracle, seed: int) -> None:
    """Random search: designs drawn uniformly."""
    rng = np.random.default_rng(seed)
    while True:
        oracle.ask(tuple(int(rng.integers(len(each.values))) for each in oracle.instance.variables), EACH)


def tpe(oracle: Oracle, seed: int) -> None:
    """Optuna's tree-structured Parzen estimator with the constraint (S. Watanabe, F. Hutter, IJCAI 2023)."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the library calls it experimental
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        while True:
            trial = study.ask()
            variables = oracle.instance.variables
            design = tuple(trial.suggest_int(each.name, 0, len(each.values) - 1) for each in variables)
            objective, held = oracle.ask(design, EACH).mean(axis=0)
            trial.set_constraint("missing", float(oracle.instance.target - held))
            study.tell(trial, float(objective))


def differential_evolution(oracle: Oracle, seed: int) -> None:
    """Differential evolution of scipy on whole numbers, with a penalty (Storn and Price, J. Global Optim. 11, 1997)."""
    from scipy import optimize

    bounds = [(0, len(each.values) - 1) for each in oracle.instance.variables]
    while True:  # it may converge before the budget is spent
        optimize.differential_evolution(
            lambda point: oracle.penalised(nearest(oracle.instance, point), EACH),
            bounds, integrality=np.ones(len(bounds), bool), popsize=4, polish=False, rng=np.random.default_rng(seed),
        )  # fmt: skip
        seed += 1


def of_simopt(solver: str, replications: str) -> Solver:
    """SimOpt's solver with that short name; `replications`: name of its parameter for replications per design."""

    def run(oracle: Oracle, seed: int) -> None:
        from experiments.problems.with_simopt import solve

        solve(oracle, solver, seed, {replications: EACH})

    return run


LIBRARIES: Final = MappingProxyType({"tpe": "optuna", "simopt_random": "simopt", "simopt_nelder_mead": "simopt"})
"""Libraries of the extra `solvers`, by solver."""
SOLVERS: Final[Mapping[str, Solver]] = {
    "random": random_search,
    "tpe": tpe,
    "differential_evolution": differential_evolution,
    "simopt_random": of_simopt("RNDSRCH", "sample_size"),  # with a stochastic constraint
    "simopt_nelder_mead": of_simopt("NELDMD", "r"),  # on real numbers, rounded, with a penalty
}
