"""The command line, studies, statistics, stored runs and reports, whose libraries are loaded with these settings."""

import os

# OpenBLAS would start a thread a processor, once for numpy and once for scipy: a third of what all imports take. Our
# matrices are small, and what is computed from them shall not depend on how many processors there are.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
# Arrow's own allocator keeps what tables have freed from all others: a sixth of what the page of a year takes.
os.environ.setdefault("ARROW_DEFAULT_MEMORY_POOL", "system")
