"""Running many independent tasks: `run` yields each result as it comes, wherever it was computed."""

from experiments.execution.local import Task, run, usable_workers

__all__ = ["Task", "run", "usable_workers"]
