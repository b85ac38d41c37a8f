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
# # Common random numbers
#
# Two designs are compared under the same flights, parcels and outages. Chance that affects both cancels in the difference.
# How much does that save?
#
# Three exercises are at the end. Each has an answer, and the last line of the answer checks it.

# %%
import matplotlib.pyplot as plt
import numpy as np

from experiments.composition import load
from sim import simulate
from sim.kernels.queueing import single_server

# %% [markdown]
# ## On the hub
#
# The picture shows the mean dwell with today's sorting machines, and with half their rate. Replication r of both designs has
# the same draws, because the key of a random stream does not contain the design.

# %%
WORDS = ("demand.flights_per_day=1", "exports=none")
SIZE = {"horizon_days": 2, "warmup_days": 0}
base = load("liege_30k", *WORDS, **SIZE)
slower = load("liege_30k", *WORDS, "halls.main.machine_rated_per_h=7500", **SIZE)
of_base, of_slower = (
    np.array([simulate(hub, replication).kpis["dwell_mean_h"] for replication in range(4)]) for hub in (base, slower)
)

figure, axes = plt.subplots(figsize=(5, 3), layout="constrained")
for pair in zip(of_base, of_slower, strict=True):
    axes.plot([0, 1], pair, "o-", color="tab:blue", linewidth=0.8)
axes.set(ylabel="mean dwell time [h]", xlim=(-0.3, 1.3))
axes.set_xticks([0, 1], ["15,000 an hour", "7,500 an hour"])
plt.show()

# %% [markdown]
# Replications differ more than designs do, and what is long in one design is long in the other. The variance of the difference
# matters. Compare it with the sum of both variances, which independent draws would give:

# %%
paired = (of_slower - of_base).var(ddof=1)
independent = of_base.var(ddof=1) + of_slower.var(ddof=1)
f"variance of the difference: {paired:.2g} h², with independent draws: {independent:.2g} h²; ratio {independent / paired:.0f}"

# %% [markdown]
# The ratio says how many times as many replications independent draws would need for the same interval.

# %% [markdown]
# ### Exercise 1
#
# The variance of a difference is Var A + Var B − 2 Cov(A, B). Which correlation of both designs gives the ratio above?

# %%
correlation = np.corrcoef(of_base, of_slower)[0, 1]
ratio = independent / (independent - 2 * correlation * of_base.std(ddof=1) * of_slower.std(ddof=1))
assert correlation > 0.8
assert np.isclose(ratio, independent / paired)

# %% [markdown]
# ### Exercise 2
#
# Compare an M/M/1 server with a server that is 5 % faster, once with the same draws and once with different draws. How many
# times as many replications do different draws need?

# %%
rng = np.random.default_rng(4)
TICKS = 1 << 20


def mean_wait(gaps, services):
    arrival = np.rint(np.cumsum(gaps) * TICKS).astype(np.int64)
    return (single_server(arrival, np.rint(services * TICKS).astype(np.int64), 0) - arrival).mean() / TICKS


same, other = [], []
for _ in range(300):
    gaps, more_gaps = rng.exponential(1 / 0.8, (2, 2_000))
    services, more_services = rng.exponential(1.0, (2, 2_000))
    slow = mean_wait(gaps, services)
    same.append(slow - mean_wait(gaps, services / 1.05))
    other.append(slow - mean_wait(more_gaps, more_services / 1.05))
assert np.var(other) > 8.5 * np.var(same)
assert abs(np.mean(same) - np.mean(other)) < 4 * np.std(other) / np.sqrt(300)  # both estimate the same

# %% [markdown]
# ### Exercise 3
#
# Draws must belong to the customer that they affect. Give the faster server the same services, but 1,000 customers
# later. How much of the gain is left?

# %%
shifted = []
for _ in range(300):
    gaps = rng.exponential(1 / 0.8, 2_000)
    services = rng.exponential(1.0, 2_000)
    shifted.append(mean_wait(gaps, services) - mean_wait(gaps, np.roll(services, 1_000) / 1.05))
assert abs(np.mean(shifted) - np.mean(same)) < 4 * np.std(shifted) / np.sqrt(300)  # estimates the same, too
assert 2 * np.var(same) < np.var(shifted) < np.var(other)
