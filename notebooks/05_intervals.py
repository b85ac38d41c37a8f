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
# # Intervals and coverage
#
# A 95 % interval is a promise: 95 of 100 such intervals contain the true mean. If the true mean is known, the promise can
# be checked. Theory gives the mean wait of the queue M/M/1, so this notebook uses it.
#
# Three exercises are at the end. Each has an answer, and the last line of the answer checks it.

# %%
import matplotlib.pyplot as plt
import numpy as np

from experiments.statistics.interval import mean_interval
from experiments.statistics.precision import replications_needed
from sim.kernels.queueing import single_server

rng = np.random.default_rng(3)
TICKS = 1 << 20
LOAD, N = 0.8, 4_000
TRUE = LOAD / (1 - LOAD)  # mean wait in services: 4


def waits():
    """Waits [services] of a replication, without the first fifth."""
    arrival = np.rint(np.cumsum(rng.exponential(1 / LOAD, N)) * TICKS).astype(np.int64)
    service = np.rint(rng.exponential(1.0, N) * TICKS).astype(np.int64)
    return ((single_server(arrival, service, 0) - arrival) / TICKS)[N // 5 :]


replications = np.array([waits().mean() for _ in range(4_000)])


def coverage(intervals):
    """Share of the intervals that contain the true mean."""
    return np.mean([low <= TRUE <= high for low, high in intervals])


# %% [markdown]
# ## Fifty intervals
#
# Each interval is from five replications. Red intervals miss the true mean.

# %%
groups = replications.reshape(-1, 5)
of_five = [mean_interval(list(group)).bounds for group in groups]

figure, axes = plt.subplots(figsize=(7, 3), layout="constrained")
for place, (low, high) in enumerate(of_five[:50]):
    axes.plot([place, place], [low, high], color="tab:blue" if low <= TRUE <= high else "tab:red")
axes.axhline(TRUE, color="black", linewidth=0.8, label="true mean: 4 services")
axes.set(xlabel="interval", ylabel="mean wait [services]")
axes.legend(frameon=False)
plt.show()

# %%
f"{coverage(of_five):.3f} of {len(of_five)} intervals contain the true mean"

# %% [markdown]
# The coverage is a little less than 0.95, because means of waits are skewed. A few replications are much worse than the others,
# and a sample of five often contains none of them.

# %% [markdown]
# ### Exercise 1
#
# Use 1.96 instead of Student's t for three replications. How many of these intervals contain the true mean?

# %%
of_three = replications[:3_999].reshape(-1, 3)
half = 1.96 * of_three.std(axis=1, ddof=1) / np.sqrt(3)
normal = coverage(zip(of_three.mean(axis=1) - half, of_three.mean(axis=1) + half, strict=True))
student = coverage([mean_interval(list(group)).bounds for group in of_three])
assert 0.75 < normal < 0.87
assert 0.91 < student < 0.97

# %% [markdown]
# ### Exercise 2
#
# Now use one long run: treat the waits of one replication as if they were independent. What is the coverage, and why?

# %%
runs = [waits() for _ in range(200)]
halves = [1.96 * run.std(ddof=1) / np.sqrt(len(run)) for run in runs]
naive = coverage([(run.mean() - half, run.mean() + half) for run, half in zip(runs, halves, strict=True)])
assert 0.05 < naive < 0.35  # successive customers wait for the same reason

# %% [markdown]
# ### Exercise 3
#
# How many replications give an interval of ±0.1 services? Estimate the number from the first ten, then from all that you have,
# until the interval is narrow enough.

# %%
needed = 10
while (interval := mean_interval(list(replications[:needed]))).half_width > 0.1:
    needed = replications_needed(list(replications[:needed]), 0.1)
assert 0.09 < interval.half_width <= 0.1  # narrow enough, and without many replications more than that takes
