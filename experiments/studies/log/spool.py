"""Objects of events collected on disk and sorted by time, so that memory use stays constant."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from experiments.studies.log.batches import CODE_BITS, EVENT_BITS, RECORD
from sim.errors import InputError

_WINDOW_US: Final = 15 * 60_000_000
"""Length of a window, whose events are sorted in memory."""
_MOST: Final = 50_000
"""Objects of events returned together; more only for a single event."""


class Spool:
    """A file without a name, which disappears with the process."""

    def __init__(self, folder: Path) -> None:
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 - closed by its owner
        self._places: dict[int, list[tuple[int, int]]] = {}
        """Position and number of the objects of each window."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def add(self, records: NDArray[Any]) -> None:
        window = records["time"] // _WINDOW_US
        order = np.argsort(window, kind="stable")
        windows, firsts, counts = np.unique(window[order], return_index=True, return_counts=True)
        begin = self._file.tell()
        for number, first, n in zip(windows.tolist(), firsts.tolist(), counts.tolist(), strict=True):
            self._places.setdefault(number, []).append((begin + first * RECORD.itemsize, n))
        self._file.write(records[order].tobytes())

    def sorted(self) -> Iterator[tuple[NDArray[Any], NDArray[np.integer]]]:
        """Objects of whole events in order of time, and the first object of each event.

        Raises:
            InputError: something takes part in an event that is in no row of its table.
        """
        for window in sorted(self._places):
            records = np.concatenate([self._read(*place) for place in self._places[window]])
            records = records[np.lexsort((records["order"], records["time"]))]
            event = records["order"] >> EVENT_BITS
            is_first = np.ones(len(records), dtype=bool)
            is_first[1:] = (np.diff(event) != 0) | (np.diff(records["time"]) != 0)
            starts = np.flatnonzero(is_first)
            if records["qualifier"][starts].any():
                raise InputError("table parcels: an instant that is not that of the ULD or truck")
            ends = np.append(starts[1:], len(records))
            begin = 0
            while begin < len(starts):
                last = max(begin + 1, int(np.searchsorted(ends, starts[begin] + _MOST)))
                yield records[starts[begin] : ends[last - 1]], starts[begin:last] - starts[begin]
                begin = last

    def _read(self, begin: int, n: int) -> NDArray[Any]:
        self._file.seek(begin)
        return np.frombuffer(self._file.read(n * RECORD.itemsize), RECORD)


def codes_of(records: NDArray[Any]) -> NDArray[np.int64]:
    """Numbers of the types of the events."""
    return np.asarray(records["order"] >> CODE_BITS, dtype=np.int64)
