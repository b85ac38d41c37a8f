"""Run many independent tasks; each result is returned as it arrives, wherever it was computed."""

from experiments.execution.place import LOCAL, Backend, Place, Task, usable_workers
from experiments.execution.pool import Pool, opened

__all__ = ["LOCAL", "Backend", "Place", "Pool", "Task", "opened", "usable_workers"]
