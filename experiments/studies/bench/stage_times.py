"""Where a hub's time goes: a profile, told by stage of the hub.

A function of the model belongs to the stage of its module. What it calls of numpy, of Python or of `sim.kernels` is
spent on its behalf, and is counted there, by the share that each caller has in it.
"""

from collections import defaultdict
from collections.abc import Callable
from cProfile import Profile
from pathlib import Path
from time import process_time
from types import CodeType
from typing import Final

STAGES: Final = {
    "inputs": "draws",
    "streams.py": "draws",
    "domain": "draws",
    "processes/apron.py": "apron",
    "processes/store.py": "parcels' slots",
    "processes/breakdown.py": "break-down",
    "processes/sorting.py": "status at the scan",
    "processes/customs.py": "hold zone",
    "processes/desks.py": "desks",
    "processes/packout.py": "pack-out",
    "processes/lanes.py": "lanes",
    "processes/screening.py": "screening",
    "processes/export_hall.py": "exports",
    "processes/export_store.py": "parcels' slots",
    "processes/buildup.py": "build-up",
    "processes/loading.py": "build-up",
    "processes/outbound.py": "trucks",
    "processes/pool.py": "tokens",
    "processes/phases.py": "tokens",
    "processes/hub.py": "assembly",
    "record": "counting",
}
"""Stage by file or folder of `sim`; the longest that fits."""
QUALIFIED: Final = {"Machine.": "machines", "Sortation._serve_desks": "desks"}
"""Functions of `processes/sorting.py` that have a stage of their own, by how their name begins."""
SIMPY, OTHER = "SimPy", "other"
_ROUNDS: Final = 30
"""Deepest chain of calls outside the model that is followed up to it."""

Code = CodeType | str


def stage_times(work: Callable[[], object]) -> dict[str, float]:
    """Seconds of processor time by stage, largest first; what the profiler itself costs, about a third, is included."""
    profile = Profile()
    start = process_time()
    profile.runcall(work)
    spent_in_all = process_time() - start
    inline: dict[Code, float] = {}
    callers: dict[Code, dict[Code, float]] = defaultdict(dict)
    for entry in profile.getstats():
        inline[entry.code] = inline.get(entry.code, 0.0) + entry.inlinetime
        for call in entry.calls or ():
            so_far = callers[call.code].get(entry.code, 0.0)
            callers[call.code][entry.code] = so_far + call.totaltime
    spent = dict(inline)
    result: dict[str, float] = defaultdict(float)
    for _ in range(_ROUNDS):
        passed_on: dict[Code, float] = defaultdict(float)
        for code, seconds in spent.items():
            stage, above = stage_of(code), callers[code]
            total = sum(above.values())
            if stage is not None or total == 0:
                result[stage or OTHER] += seconds
            else:
                for caller, share in above.items():
                    passed_on[caller] += seconds * share / total
        spent = passed_on
    result[OTHER] += sum(spent.values())
    # The profiler reads the clock on the wall, which also runs while other programs have the processor.
    scale = spent_in_all / sum(result.values())
    return {stage: scale * seconds for stage, seconds in sorted(result.items(), key=lambda item: -item[1])}


def stage_of(code: Code) -> str | None:
    """The stage that a function belongs to; None: to its caller's."""
    if isinstance(code, str):
        return None
    path = Path(code.co_filename)
    if path.parent.name == "simpy" or path.parent.parent.name == "simpy":
        return SIMPY
    root = _model()
    if not path.is_relative_to(root):
        return None
    inside = path.relative_to(root).as_posix()
    if inside == "processes/sorting.py":
        for beginning, stage in QUALIFIED.items():
            if code.co_qualname.startswith(beginning):
                return stage
    fits = [name for name in STAGES if inside == name or inside.startswith(f"{name}/")]
    return STAGES[max(fits, key=len)] if fits else None


def _model() -> Path:
    import sim

    return Path(sim.__file__).parent
