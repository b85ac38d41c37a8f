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
# # Expansion: when, how much, under a permit that may not come
#
# This notebook shows step by step what `cargohub expansion` does, with three paths and eight years. To take less than a
# minute, it uses a scaled hub: a hundredth of the parcels on machines a hundred times slower, single days instead of weeks,
# and two loads of each hub. The packaged study has eight paths and all parcels; `docs/expansion.md` explains the method.

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd

from experiments.arguments import Arguments
from experiments.replications.work import evaluate
from experiments.studies.expansion import parse
from experiments.studies.expansion.answer import answer
from experiments.studies.expansion.futures import explored
from experiments.studies.expansion.tables import sentences

scaled = [
    "demand.parcels_per_flight=1150",
    "demand.net_t_per_flight=0.935",
    "sorting.efficiency=0.0085",
    "outbound.trailer.parcels=80",
    "exports.collections.parcels=55",
    "expansion.cost.parcels.revenue_eur=80",
    "horizon_days=1",
    "warmup_days=0",
    "expansion.loads=[0.1,0.85]",
]
others = ["equipment_first", "second_site", "permit_100k_at_once", "permit_100k_phased", "react_100k"]
words = [*scaled, "expansion.draws=2", "expansion.years=8", *(f"~expansion.paths.{name}" for name in others)]
(today, *hubs), keys = parse(Arguments("expansion", tuple(words)))
list(keys.expansion.paths), len(hubs)

# %% [markdown]
# ## What may happen
#
# Decisions of others have results with probabilities. The probabilities are assumptions: set your own.

# %%
pd.DataFrame(
    [
        (name, result, outcome.probability)
        for name, stage in keys.expansion.stages.items()
        for result, outcome in stage.results.items()
    ],
    columns=["decision", "result", "probability"],
)

# %% [markdown]
# ## The runs
#
# Every path is followed in every future, quarter by quarter. Each hub is simulated only at the loads that some week needs.


# %%
def simulate(points):
    n = keys.replications
    return {(point.label, number): evaluate(point.hub, number)["kpis"] for point in points for number in range(n)}


exploration = explored(hubs, today.hub, keys, simulate)
print(f"{len(exploration.timelines):,} timelines, {exploration.n_runs} weeks that differ in hub or load")

# %% [markdown]
# ## The answer

# %%
result = answer(exploration)
for sentence in sentences(result):
    print(sentence)

# %%
pd.DataFrame(
    {
        "NPV [MEUR]": [path.npv.mean / 1e6 for path in result.paths],
        "regret [MEUR]": [path.regret.mean / 1e6 for path in result.paths],
        "best in": [path.best_share for path in result.paths],
    },
    index=[path.path for path in result.paths],
).round(2)

# %% [markdown]
# ## One future, quarter by quarter
#
# This future has high growth, and everything is granted. The picture shows the demand, and the slots of each path.

# %%
growth = exploration.futures.growths.index("high")
granted = {"permit": "granted", "appeal": "none", "screening": "cleared"}
leaf = next(at for at, results in enumerate(exploration.futures.leaves) if dict(results) == granted)

figure, axes = plt.subplots(figsize=(8, 3.5), layout="constrained")
for path, number in exploration.number.items():
    line = exploration.timelines[number[growth, leaf, 0]]
    quarters = keys.expansion.first_year + np.arange(line.slots.size) / 4
    axes.step(quarters, line.slots, where="post", label=path)
axes.plot(quarters, line.wanted, color="0.5", linestyle=":", label="demand")
axes.set(ylabel="flights a day", title="Slots of each path in one future")
axes.set_ylim(0)
axes.legend(frameon=False)
plt.show()
