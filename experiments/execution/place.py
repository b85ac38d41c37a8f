"""Where a study's tasks are executed: the configuration group `execution`, of which no number depends."""

import re
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from typing import Annotated, Final

from sim.reading import Bounds

_ADDRESS: Final = re.compile(r"(?:tcp|tls)://(?:[\w.-]+|\[[0-9a-fA-F:.%]+\]):(?P<port>\d{1,5})")
_LAST_PORT: Final = 65_535


class Backend(StrEnum):
    """Who runs the processes."""

    LOCAL = "local"
    DASK = "dask"


@dataclass(frozen=True, slots=True)
class Place:
    """This machine, or a Dask cluster: the one at `address`, or one of our own for as long as the command runs."""

    backend: Backend
    address: str | None
    patience_s: Annotated[float, Bounds(gt=0, le=86_400)] | None
    """For the scheduler to answer [s]."""

    def __post_init__(self) -> None:
        if self.backend is Backend.LOCAL:
            for name in ("address", "patience_s"):
                if getattr(self, name) is not None:
                    raise ValueError(f"{name}: goes with execution=dask, got execution=local")
            return
        if self.patience_s is None:
            raise ValueError("patience_s: expected a number, got null")
        if self.address is not None:
            found = _ADDRESS.fullmatch(self.address)
            if found is None or not 0 < int(found["port"]) <= _LAST_PORT:
                raise ValueError(f"address: expected tcp://HOST:PORT or tls://HOST:PORT, got {self.address[:60]!r}")
        if find_spec("distributed") is None:
            raise ValueError(
                "dask.distributed is not installed: pip install 'cargohub[cluster]', or take execution=local"
            )


LOCAL: Final = Place(Backend.LOCAL, None, None)
"""Processes of this machine."""


def usable_workers() -> int:
    """Processors that this process may use: the number of workers where none is asked for."""
    import joblib

    return int(joblib.cpu_count())
