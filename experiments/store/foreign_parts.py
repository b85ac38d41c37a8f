"""What an unfinished run from a stranger says that it finished: believed where a replication of ours could be so."""

import math
import zipfile
from typing import TYPE_CHECKING, Final

from experiments.money.kpis import KPIS
from experiments.store.foreign_tables import check_kpis, check_values
from experiments.store.parts import Line, unpacked
from experiments.store.tables import checked
from sim.measures import kpis as of_hub
from sim.measures.weekly_lows import GROWTH_KPIS
from sim.record.schemas import TABLES

if TYPE_CHECKING:
    import numpy as np

_MOST: Final = 1e15
"""Of a KPI's value."""


def is_possible(line: Line, file: "np.lib.npyio.NpzFile | None") -> bool:
    """Whether a finished replication has the KPIs and tables of one, with values that may be; `file`: of its tables."""
    try:
        _check(line, file)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, or a library says so: it is simulated again
        return False
    return True


def _check(line: Line, file: "np.lib.npyio.NpzFile | None") -> None:
    # Of a rules file there may be more at any time.
    if set(line.kpis) not in (set(GROWTH_KPIS), set(of_hub.KPIS), set(KPIS)):
        raise ValueError("other KPIs than a replication has")
    check_kpis("", line.kpis)
    if math.isnan(line.kpis[GROWTH_KPIS[0]]) or any(abs(value) > _MOST for value in line.kpis.values()):
        raise ValueError("a KPI that cannot be")
    if file is None or file.zip is None:
        return
    if any(member.compress_type != zipfile.ZIP_STORED for member in file.zip.infolist()):
        raise ValueError("compressed, which no run does: it may unpack to any size")
    for table in line.tables:
        check_values(table, TABLES[table], checked(TABLES[table], unpacked(file, table)))
