"""What common draws and a control variate save in replications: the figures of docs/performance.md.

`.venv/bin/python tests/measure_variance.py 16` simulates so many replications of four designs of a small hub, with a
timetable and with random arrivals, and prints ratios of variances; below 1 is a gain. With common draws a design has
the same flights and parcels as the baseline. What independent draws would give needs no runs: the sum of the variances.
"""

import sys

import numpy as np

from experiments.composition import load
from experiments.replications.work import evaluate
from sim.inputs.inputs import make_inputs
from sim.units import TICKS_PER_MIN

SMALL = ("liege_30k", "exports=none", "demand.parcels_per_flight=8_000", "demand.net_t_per_flight=6.4", "warmup_days=2",
         "horizon_days=4", "halls.main.machine_rated_per_h=850", "roster=round_the_clock")  # fmt: skip
DESIGNS = {
    "machines 10 % faster": ("halls.main.machine_rated_per_h=+10%",),
    "a fifth fewer doors": ("halls.main.doors_out=-20%",),
    "another packing rule": ("packout.rule=dedicated",),
}
KPIS = ("on_time_share", "dwell_mean_h", "truck_fill_share")


def drawn(config, number):
    """Of a replication, whose expectations are known: parcels that come in the measured days, and mean delay [min]."""
    flights = [flight for flight in make_inputs(config, number).flights if flight.is_cohort]
    delay = np.mean([flight.arrival - flight.sibt for flight in flights]) / TICKS_PER_MIN
    return sum(flight.n_parcels for flight in flights), delay


def left_of(values, control):
    """Variance that is left of values (N) once a line through the control (N) is taken off; 1: nothing gained."""
    if np.ptp(control) == 0 or np.ptp(values) == 0:
        return 1.0
    n = len(values)
    return float((1 - np.corrcoef(values, control)[0, 1] ** 2) * (n - 2) / (n - 3))


def measured(arrivals, n):
    hubs = {name: load(*SMALL, f"arrivals={arrivals}", *words) for name, words in {"": (), **DESIGNS}.items()}
    values = {
        name: np.array([[evaluate(hub, number)["kpis"][kpi] for kpi in KPIS] for number in range(n)])
        for name, hub in hubs.items()
    }
    base, controls = values.pop(""), np.array([drawn(hubs[""], number) for number in range(n)])
    lines = [f"{arrivals}: {dict(zip(KPIS, base.mean(axis=0).round(3).tolist(), strict=True))}"]
    for name, of_design in values.items():
        apart = (of_design - base).var(axis=0, ddof=1), of_design.var(axis=0, ddof=1) + base.var(axis=0, ddof=1)
        lines.append(f"  {name}: {', '.join(f'{a / b if b else 1:.4f}' for a, b in zip(*apart, strict=True))}")
    for control, of_control in zip(("parcels that come", "mean delay"), controls.T, strict=True):
        lines.append(f"  {control}: {', '.join(f'{left_of(of_kpi, of_control):.2f}' for of_kpi in base.T)}")
    return "\n".join(lines)


if __name__ == "__main__":
    for each in ("timetable", "hourly"):
        sys.stdout.write(f"{measured(each, int(sys.argv[1]))}\n")
