"""KPIs of a user's file (`sim.own`), in force after the packaged KPIs while a command works with the file."""

import math
import warnings
from collections.abc import Callable, Iterable, Iterator, MutableMapping
from functools import cache
from typing import Any, Final

from numpy.typing import NDArray

from sim.config import HubConfig
from sim.domain.columns import Made, Table
from sim.errors import ConfigError
from sim.measures.kpis.declaring import Group, Kpi, Measured, Rank
from sim.own import LARGEST, OwnFile, adopt, in_force, is_number

OWN: Final = Group("own")


def _of_user() -> dict[str, Kpi]:
    own_file = in_force()
    return {} if own_file is None else declared_in(own_file)


class Kpis(MutableMapping[str, Kpi]):
    """The packaged KPIs, then those of the user's file in force, which belong to the thread that works with it."""

    def __init__(self, packaged: dict[str, Kpi]) -> None:
        self._packaged = packaged

    def __getitem__(self, name: str) -> Kpi:
        return self._packaged[name] if name in self._packaged else _of_user()[name]

    def __contains__(self, name: object) -> bool:
        return name in self._packaged or name in _of_user()

    def __iter__(self) -> Iterator[str]:
        return iter(self._packaged | _of_user())

    def __len__(self) -> int:
        return len(self._packaged | _of_user())

    def __setitem__(self, name: str, kpi: Kpi) -> None:
        self._packaged[name] = kpi

    def __delitem__(self, name: str) -> None:
        del self._packaged[name]


def adopt_of(hubs: Iterable[HubConfig]) -> OwnFile | None:
    """Put the file that all these hubs share in force; returns the file.

    Raises:
        ConfigError: the hubs have different files, or only some have a file.
    """
    files = list(dict.fromkeys(hub.own_file for hub in hubs))
    if len(files) > 1:
        names = ", ".join("none" if own_file is None else own_file.name for own_file in files)
        raise ConfigError(f"rules: all designs of a command share one file of functions, got {names}")
    adopt(own_file := files[0] if files else None)
    return own_file


@cache
def declared_in(own_file: OwnFile) -> dict[str, Kpi]:
    """The KPIs that a file declares; nothing is executed."""
    kpis = {}
    for name in own_file.names("kpi"):
        function = own_file.functions[name]
        terms = function.declaration
        declare = OWN.kpi(terms.unit, terms.more_is_better, terms.label, rank=Rank.HEADLINE, range=terms.range)
        compute = _of_tables(own_file, name)
        compute.__name__, compute.__doc__ = name, function.meaning or name.replace("_", " ")
        kpis[name] = declare(compute)
    return kpis


def _of_tables(own_file: OwnFile, name: str) -> Callable[[Measured], float]:
    def compute(run: Measured) -> float:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # numpy's, before a NaN that is refused below
            value = own_file.call(name, {table: _read_only(columns) for table, columns in run.tables.items()})
        low, high = (math.copysign(min(abs(end), LARGEST), end) for end in declared_in(own_file)[name].range)
        if not is_number(value) or not low <= value <= high:
            raise own_file.refuse(name, value, f"a KPI gives a number from {low:g} to {high:g}")
        return float(value)

    return compute


def _read_only(columns: Table) -> Table:
    """Views of a table's columns, made when read, because changes that a KPI makes in place would be stored."""

    def view(name: str) -> NDArray[Any]:
        column = columns[name].view()
        column.flags.writeable = False
        return column

    return Made(columns, view)
