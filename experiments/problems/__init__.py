"""Problems of simulation optimisation on this hub: named instances, solvers, and their speed.

The terms are those of SimOpt (D. Eckman, S. Henderson, S. Shashaani, INFORMS J. on Computing 35(2), 2023, 350-367,
doi:10.1287/ijoc.2023.1273): decision variables, a budget of replications, a stochastic constraint, macroreplications,
progress curves.
"""

from experiments.problems.instance import Design, Instance, instance_of, instances
from experiments.problems.oracle import BudgetSpent, Oracle
from experiments.problems.reference import Reference, reference_of

__all__ = ["BudgetSpent", "Design", "Instance", "Oracle", "Reference", "instance_of", "instances", "reference_of"]
