# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # What each hall carries
#
# This notebook reads a run of `cargohub capacity study=expansion_capacity`: set `RUN` to its folder. Without a folder, a
# shortened study runs in less than a minute: flights of 1,000 parcels, slow machines, two halls. Its numbers say nothing
# about the real hub.

# %%
import io
import tempfile
from pathlib import Path

from IPython.display import Image
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from experiments.main import main
from experiments.statistics import mean_interval
from experiments.store import read_run

RUN = None

if RUN is None:
    folder = Path(tempfile.mkdtemp())
    short = [
        "scenarios=[liege_30k,liege_66k]",
        "exports=none",
        "horizon_days=7",
        "warmup_days=1",
        "replications=2",
        "demand.parcels_per_flight=1000",
        "demand.net_t_per_flight=0.75",
        "halls.main.machine_rated_per_h=250",
        "capacity.tolerance=1.5",
        "capacity.binding=false",
        "workers=1",
    ]
    assert main(["capacity", "study=expansion_capacity", *short, "--quiet", "--out", str(folder)]) == 0
    (RUN,) = folder.iterdir()

run = read_run(RUN)

# %% [markdown]
# ## Thresholds
#
# Each replication has a threshold (`flights_per_day`): the middle between the simulated demand that is carried and the one that
# is not. Both are beside it, with the reason why the higher one is not carried.

# %%
run.tables["capacity"]

# %% [markdown]
# ## With their intervals

# %%
thresholds = run.tables["capacity"].groupby("scenario", sort=False)["flights_per_day"]
intervals = {name: mean_interval(values.tolist()) for name, values in thresholds}
figure = Figure(figsize=(7, 2.5), layout="constrained")
FigureCanvasAgg(figure)
ax = figure.subplots()
for row, one in enumerate(intervals.values()):
    ax.errorbar([one.mean], [row], xerr=[[one.half_width or 0], [one.half_width or 0]], fmt="o", capsize=4)
ax.set_yticks(range(len(intervals)), list(intervals))
ax.set_ylim(len(intervals) - 0.5, -0.5)
ax.set_xlabel("threshold [flights a day], mean and 95 % interval")
drawn = io.BytesIO()
figure.savefig(drawn, format="png")
Image(drawn.getvalue())

# %% [markdown]
# ## The bottleneck
#
# The table has, for each resource, the share of the parcels late just above the threshold that are on time with 10 % more of the
# resource (at least one unit more). It is empty if the run left it out.

# %%
run.tables["binding"][["scenario", "resource", "before", "after", "lift", "lift_low", "lift_high", "is_binding"]]
