"""Finished parts of an unfinished run of unknown origin: accepted only if a replication could have such values."""

import math
import zipfile
from typing import Final

from experiments.money.kpis import KPIS
from experiments.store.foreign_tables import check_kpis, check_values
from experiments.store.parts import Line, table_in
from experiments.store.tables import sorted_pieces
from sim.measures import kpis as of_hub
from sim.measures.weekly_lows import GROWTH_KPIS
from sim.record.schemas import TABLES

_MOST: Final = 1e15
"""Largest value of a KPI."""


def is_possible(line: Line, file: zipfile.ZipFile | None) -> bool:
    """Whether a finished replication has the right KPIs and tables with possible values; `file` contains its tables."""
    try:
        _check(line, file)
    except Exception:  # noqa: BLE001 - whatever is wrong with it, or a library says so: it is simulated again
        return False
    return True


def _check(line: Line, file: zipfile.ZipFile | None) -> None:
    # A rules file may add KPIs at any time.
    if set(line.kpis) not in (set(GROWTH_KPIS), set(of_hub.KPIS), set(KPIS)):
        raise ValueError("its KPIs are not those of a replication")
    check_kpis("", line.kpis)
    if math.isnan(line.kpis[GROWTH_KPIS[0]]) or any(abs(value) > _MOST for value in line.kpis.values()):
        raise ValueError("a KPI has an impossible value")
    if file is None:
        return
    if file.infolist()[0].header_offset:
        raise ValueError("the archive does not begin at the start of the file")
    if any(member.compress_type != zipfile.ZIP_STORED for member in file.infolist()):
        raise ValueError("compressed, which no run does; it may unpack to any size")
    for table in line.tables:
        for rows in sorted_pieces(TABLES[table], table_in(file, table)):
            check_values(table, TABLES[table], rows)
