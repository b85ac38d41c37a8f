"""Running many independent tasks: each result as it comes, wherever it was computed."""

from experiments.execution.place import LOCAL, Backend, Place, Task, usable_workers
from experiments.execution.pool import Pool, opened

__all__ = ["LOCAL", "Backend", "Place", "Pool", "Task", "opened", "usable_workers"]
