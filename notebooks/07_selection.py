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
# # Ranking and selection
#
# Which of many designs is best? Often it is not the design with the best mean of five replications. Procedures of ranking
# and selection say how many replications each design needs for a stated probability of a right choice.
#
# Three exercises are at the end. Each has an answer, and the last line of the answer checks it.

# %%
import matplotlib.pyplot as plt
import numpy as np

from experiments.statistics.allocation import ocba
from experiments.statistics.selection import Goal, Looks, kim_nelson

rng = np.random.default_rng(5)
MEANS = np.array([100.0, 101.0, 102.0, 104.0, 106.0, 108.0, 110.0, 112.0])  # made-up costs of the designs, EUR a day; the first is best
NOISE, SHARED = 2.0, 3.0  # deviations: a design's own, and what hits all designs of a replication


def costs(n):
    """Costs of n replications (n_designs, n), under common random numbers."""
    return MEANS[:, None] + rng.normal(0, SHARED, n) + rng.normal(0, NOISE, (len(MEANS), n))


# %% [markdown]
# ## The best mean of five replications
#
# How often does the best mean belong to the best design?

# %%
right = np.mean([costs(5).mean(axis=1).argmin() == 0 for _ in range(2_000)])
f"in {right:.0%} of 2,000 repetitions"

# %% [markdown]
# ## Kim and Nelson
#
# Their procedure compares all designs after each replication, and drops clearly worse designs. `cargohub select` uses
# it. It selects the best design with a probability of at least 1 − α, if costs are normal and the best design is better than
# all others by at least the indifference. With variances from all replications so far (KN++, the default of `select`, and
# `is_updated=True` below), this holds only in the limit of many replications.

# %%
LOOKS = Looks(first=10, step=1, most=2_000)
GOAL = Goal(n_designs=len(MEANS), alpha=0.05, target=None, tolerance=0.0, costs=None, indifference=1.0)


def select(procedure=kim_nelson, most=2_000, **options):
    """The design that a procedure selects, and the replications of each design that it requested."""
    drawn, asked = costs(most), np.zeros(len(MEANS), dtype=int)

    def sample(designs, counts):
        for design, count in zip(designs, counts, strict=True):
            asked[design] = max(asked[design], count)
        return [np.vstack([np.zeros(count), drawn[design, :count]]) for design, count in zip(designs, counts, strict=True)]

    return procedure(sample, GOAL, LOOKS, **options).selected, asked


chosen, asked = zip(*(select(is_updated=True) for _ in range(60)), strict=True)
figure, axes = plt.subplots(figsize=(6, 3), layout="constrained")
axes.bar([f"{mean:.0f}" for mean in MEANS], np.mean(asked, axis=0))
axes.set(xlabel="true cost of the design [EUR a day]", ylabel="replications, mean of 60 selections")
plt.show()

# %%
f"{np.mean(asked) * len(MEANS):.0f} replications in all"

# %% [markdown]
# Most replications go to the designs that are close to the best, where they are needed.

# %% [markdown]
# ### Exercise 1
#
# Does the procedure keep its promise of 95 %? Count over the 60 selections, and allow for chance.

# %%
share = np.mean([each == 0 for each in chosen])
assert share > 0.95 - 2 * np.sqrt(0.95 * 0.05 / 60)

# %% [markdown]
# ### Exercise 2
#
# How much do common random numbers save here? Repeat with independent draws: the shared deviation becomes each design's own.

# %%
NOISE, SHARED = np.hypot(2.0, 3.0), 0.0
_, asked_apart = zip(*(select(is_updated=True) for _ in range(20)), strict=True)
NOISE, SHARED = 2.0, 3.0
assert 2 * np.mean(asked) < np.mean(asked_apart) < 3 * np.mean(asked)

# %% [markdown]
# ### Exercise 3
#
# OCBA distributes a fixed budget. Give it the mean number of replications that Kim and Nelson's procedure used. How often is it right?

# %%
budget = int(np.mean(asked) * len(MEANS))
by_ocba, spent = zip(*(select(ocba, budget=budget) for _ in range(60)), strict=True)
assert np.mean([each == 0 for each in by_ocba]) > 0.85 and np.sum(spent, axis=1).max() <= np.mean(asked) * len(MEANS)
