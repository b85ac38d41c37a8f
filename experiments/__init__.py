"""Command line, studies, statistics, stored runs and reports; this module sets how their libraries are loaded."""

import os

# OpenBLAS would start a thread per processor, for numpy and again for scipy: a third of the time of all imports. Our
# matrices are small, and results must not depend on the number of processors.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Arrow's own allocator does not share freed memory: a sixth of the memory for the page of a year.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
