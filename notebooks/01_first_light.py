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
# # First light
#
# This notebook simulates one replication of today's hub. A configuration and a replication number go in; tables and KPIs
# come out. It has two measured days after one day of warm-up, so it takes seconds. A study has weeks, and several replications.

# %%
import matplotlib.pyplot as plt
import pandas as pd

import sim
from experiments.composition import load
from sim.measures.kpis import KPIS

config = load("liege_30k", "demand=today", horizon_days=2, warmup_days=1)
result = sim.simulate(config, replication=0)

# %% [markdown]
# ## KPIs
#
# Each KPI is defined once, with its unit, in `sim.measures.kpis`.

# %%
names = ["on_time_share", "dwell_mean_h", "dwell_p95_h", "parcels_per_day", "trucks_per_day", "utilisation_machines"]
pd.DataFrame({"value": [result.kpis[name] for name in names], "unit": [KPIS[name].unit for name in names]}, index=names)

# %% [markdown]
# ## Tables
#
# Every table has a declared schema in `sim.record.schemas`. Instants are minutes after the first midnight. NaN means that
# the event did not happen.

# %%
flights = pd.DataFrame(result.tables["flights"])
flights[["key", "arrival", "aldt", "aibt", "unloading_end", "cleared", "n_parcels", "n_departed", "n_on_time"]].head()

# %%
trucks = pd.DataFrame(result.tables["trucks"])
departed = trucks[trucks["departed"].notna()]
departed.groupby("route")["n_parcels"].agg(["count", "mean"]).rename(columns={"count": "trucks", "mean": "parcels"})

# %% [markdown]
# ## What is on the floor
#
# Floor is reserved for a parcel from the start of its break-down until its truck leaves.

# %%
occupancy = pd.DataFrame(result.tables["occupancy"])
floor = occupancy[occupancy["zone"] == "lanes"]

figure, axes = plt.subplots(figsize=(8, 3), layout="constrained")
axes.fill_between(floor["time"] / 60, floor["inside"] / 1000, step="pre", alpha=0.6)
axes.plot(floor["time"] / 60, floor["limit"] / 1000, color="black", linewidth=1)
for arrival in flights["arrival"]:
    axes.axvline(arrival / 60, color="tab:red", linewidth=0.8, alpha=0.6)
axes.set(xlabel="hours after the first midnight", ylabel="thousand parcels", title="Parcels on the floor, its limit, and flights (red)")
axes.set_xlim(0)
axes.set_ylim(0)
plt.show()
