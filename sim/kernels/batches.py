"""Columns that are gathered before they are counted, because each count has a fixed cost."""

from collections.abc import Callable
from typing import Any, Final

from numpy.typing import NDArray

from sim.kernels.ordering import Chunk, joined

_MANY_ROWS: Final = 1 << 15
"""Larger batches gain little, and leave the processor's cache."""
_MANY_CHUNKS: Final = 16


class Batches:
    """Collects chunks, and passes them on together in their order when there are enough, or at the end.

    >>> import numpy as np
    >>> batches = Batches(lambda *columns: print([column.tolist() for column in columns]))
    >>> batches.add(np.array([1, 2]), np.array([5, 6]))
    >>> batches.add(np.array([0]), np.array([9]))
    >>> batches.close()
    [[1, 2, 0], [5, 6, 9]]
    """

    def __init__(self, count: Callable[..., None]) -> None:
        """`count` receives the columns of one row or more (P)."""
        self._count = count
        self._chunks: list[Chunk] = []
        self._n = 0

    def add(self, *columns: NDArray[Any]) -> None:
        """Columns of the same length (P), which must not change later."""
        self._chunks.append(columns)
        self._n += len(columns[0])
        if self._n >= _MANY_ROWS or len(self._chunks) >= _MANY_CHUNKS:
            self.close()

    def close(self) -> None:
        """Count the gathered columns."""
        chunks, self._chunks, n, self._n = self._chunks, [], self._n, 0
        if n:
            self._count(*joined(chunks))
