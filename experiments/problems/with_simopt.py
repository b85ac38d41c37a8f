"""Instances as problems of SimOpt (the extra `solvers`: simoptlib), for one macroreplication of a solver.

    from experiments.problems import Oracle, instance_of
    from experiments.problems.with_simopt import hub_problem

    instance = instance_of("staffing_today")
    problem = hub_problem(Oracle(instance, 0, instance.simulate), is_rounded=False)

A variable is the position of its value, from 0 on. The oracle numbers replications, so all designs share draws.
"""

from typing import Annotated, Any, ClassVar

from mrg32k3a.mrg32k3a import MRG32k3a
from pydantic import BaseModel, Field
from simopt.base import (
    ConstraintType,
    Model,
    Objective,
    Problem,
    RepResult,
    StochasticConstraint,
    VariableType,
)
from simopt.directory import solver_directory

from experiments.problems.oracle import BudgetSpent, Oracle, nearest

RNGS = 1


class _Place(BaseModel):
    design: Annotated[tuple[float, ...], Field(default=(), description="places of the values")]


class HubModel(Model):
    class_name_abbr: ClassVar[str] = "CARGOHUB"
    class_name: ClassVar[str] = "Air-cargo hub"
    config_class: ClassVar[type[BaseModel]] = _Place
    n_rngs: ClassVar[int] = RNGS
    n_responses: ClassVar[int] = 2

    def before_replicate(self, rng_list: list[MRG32k3a]) -> None:
        pass

    def replicate(self) -> tuple[dict[str, float], dict[str, Any]]:
        raise NotImplementedError("HubProblem asks its oracle")


def hub_problem(oracle: Oracle, *, is_rounded: bool) -> Problem:
    """An instance as a problem of SimOpt.

    Args:
        oracle: Oracle of the instance, which counts the replications and keeps the path.
        is_rounded: Variables are real numbers that are rounded, and the constraint is a penalty: for solvers that know
            neither whole numbers nor constraints. Otherwise whole numbers and a stochastic constraint.

    Returns:
        The problem, to be minimised.
    """
    highest = tuple(float(len(each.values) - 1) for each in oracle.instance.variables)
    middle = tuple(top / 2 if is_rounded else float(top // 2) for top in highest)

    class Factors(BaseModel):
        initial_solution: Annotated[tuple[float, ...], Field(default=middle, description="where solvers begin")]
        budget: Annotated[int, Field(default=oracle.instance.budget, description="replications", gt=0)]

    class HubProblem(Problem):
        class_name_abbr: ClassVar[str] = f"CARGOHUB-{oracle.instance.name}"
        class_name: ClassVar[str] = oracle.instance.title
        config_class: ClassVar[type[BaseModel]] = Factors
        model_class: ClassVar[type[Model]] = HubModel
        n_objectives: ClassVar[int] = 1
        n_stochastic_constraints: ClassVar[int] = 0 if is_rounded else 1
        minmax: ClassVar[tuple[int, ...]] = (-1,)
        constraint_type: ClassVar[ConstraintType] = ConstraintType.BOX if is_rounded else ConstraintType.STOCHASTIC
        variable_type: ClassVar[VariableType] = VariableType.CONTINUOUS if is_rounded else VariableType.DISCRETE
        gradient_available: ClassVar[bool] = False
        model_default_factors: ClassVar[dict[str, Any]] = {}
        model_decision_factors: ClassVar[set[str]] = {"design"}

        @property
        def dim(self) -> int:
            return len(highest)

        @property
        def lower_bounds(self) -> tuple[float, ...]:
            return (0.0,) * self.dim

        @property
        def upper_bounds(self) -> tuple[float, ...]:
            return highest

        def vector_to_factor_dict(self, vector: tuple[float, ...]) -> dict[str, Any]:
            return {"design": vector}

        def factor_dict_to_vector(self, factor_dict: dict[str, Any]) -> tuple[float, ...]:
            return tuple(factor_dict["design"])

        def get_random_solution(self, rand_sol_rng: MRG32k3a) -> tuple[float, ...]:
            if is_rounded:
                return tuple(rand_sol_rng.uniform(0, top) for top in highest)
            return tuple(float(rand_sol_rng.randint(0, int(top))) for top in highest)

        def replicate(self, x: tuple[float, ...], /) -> RepResult:
            objective, held = oracle.ask(nearest(oracle.instance, x), 1)[-1]
            missing = oracle.instance.target - held
            if is_rounded:
                return RepResult([Objective(oracle.dearer(objective, held))])
            return RepResult([Objective(float(objective))], [StochasticConstraint(float(missing))])

    return HubProblem()


def solve(oracle: Oracle, name: str, seed: int, factors: dict[str, Any]) -> None:
    """Run a solver of SimOpt by its short name, until the oracle's budget is spent.

    Raises:
        BudgetSpent: At the end.
    """
    solver_class = solver_directory[name]
    problem = hub_problem(oracle, is_rounded=solver_class.variable_type is VariableType.CONTINUOUS)
    solver = solver_class(fixed_factors=factors)
    solver.attach_rngs([MRG32k3a(s_ss_sss_index=[seed, stream, 0]) for stream in range(3)])
    solver.solution_progenitor_rngs = [MRG32k3a(s_ss_sss_index=[seed, 3, 0]) for _ in range(RNGS)]
    solver.run(problem)
    raise BudgetSpent
