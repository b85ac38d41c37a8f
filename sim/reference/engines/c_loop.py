"""The reduced hub in C, for machines with a compiler."""

import ctypes
import subprocess
from functools import cache
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np

from sim.reference.engines import Leaving, Prepared
from sim.reference.engines.network import Network

_SOURCE = Path(__file__).with_name("loop.c")


@cache
def _library() -> ctypes.CDLL:
    compiler = which("cc") or which("gcc") or which("clang")
    if compiler is None:
        raise ImportError("no C compiler")
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # Windows keeps a library that is in use
        compiled = str(Path(folder, "loop.so"))
        command = [compiler, "-O2", "-shared", "-fPIC", "-o", compiled, str(_SOURCE)]
        subprocess.run(command, check=True)  # noqa: S603 - our own file
        return ctypes.CDLL(compiled)


def prepared(network: Network) -> Prepared:
    library = _library()
    sizes = (len(network.arrival), network.n_routes, len(network.posts), len(network.cut_offs), network.stations)
    given = (network.arrival, network.first, network.machine, network.handling, network.route, network.posts)
    columns = [np.ascontiguousarray(column, dtype=np.int64) for column in (*given, network.packing, network.cut_offs)]

    def run() -> Leaving:
        packed, departed = np.empty((2, network.n_parcels), dtype=np.int64)
        addresses = [ctypes.c_void_p(column.ctypes.data) for column in (*columns, packed, departed)]
        library.run(*map(ctypes.c_int, sizes), ctypes.c_int64(network.service), *addresses)
        return packed, departed

    return run
