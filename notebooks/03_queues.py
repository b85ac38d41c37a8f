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
# # Queues against theory
#
# A sorting machine is a queue. Before you trust a hub that is built from such queues, compare the machine's kernel,
# `sim.kernels.queueing.single_server`, with queueing theory. `cargohub verify` does the same for all parts.
#
# Three exercises are at the end. Each has an answer, and the last line of the answer checks it.

# %%
import matplotlib.pyplot as plt
import numpy as np

from sim.kernels.queueing import Servers, several_servers, single_server

rng = np.random.default_rng(1)
TICKS = 1 << 20  # in a minute
N = 400_000


def ticks(minutes):
    """Instants or durations on the grid of the model."""
    return np.rint(minutes * TICKS).astype(np.int64)


def mean_wait(arrival, service, n_servers=1):
    """Mean wait [min] without the first tenth of the customers, who find an empty system."""
    if n_servers == 1:
        begin = single_server(arrival, service, 0)
    else:
        begin = several_servers(arrival, service, Servers.always(n_servers))
    return (begin - arrival)[len(arrival) // 10 :].mean() / TICKS


# %% [markdown]
# ## One server: M/M/1
#
# Arrivals are Poisson with rate λ, and services are exponential with mean 1 min. The utilisation is ρ = λ. By theory the
# mean wait is ρ / (1 − ρ) services (Erlang). As ρ approaches 1, the wait grows without bound: at a machine that is busy 95 % of
# the time, parcels wait 19 services on average.

# %%
load = np.array([0.3, 0.5, 0.7, 0.8, 0.9, 0.95])
gaps, services = rng.exponential(1.0, N), rng.exponential(1.0, N)
simulated = [mean_wait(ticks(np.cumsum(gaps) / each), ticks(services)) for each in load]
theory = load / (1 - load)

figure, axes = plt.subplots(figsize=(6, 3.2), layout="constrained")
fine = np.linspace(0.2, 0.955, 200)
axes.plot(fine, fine / (1 - fine), label="theory: ρ / (1 − ρ)")
axes.plot(load, simulated, "o", label=f"kernel, {N:,} customers")
axes.set(xlabel="utilisation ρ", ylabel="mean wait [services]", ylim=(0, None))
axes.legend(frameon=False)
plt.show()

# %% [markdown]
# The kernel agrees with theory up to chance. How large is chance? In a busy queue, waits are correlated over thousands of
# customers. Even 400,000 customers give the mean at ρ = 0.95 only to about 14 % (two standard errors).

# %%
np.round(np.array(simulated) / theory - 1, 3)

# %% [markdown]
# ### Exercise 1
#
# A machine needs the same time for each parcel. How long do parcels wait for a server with *constant* services (M/D/1)
# at ρ = 0.9, compared with exponential services? Simulate it, and compare with the formula of Pollaczek and Khinchine.

# %%
constant = mean_wait(ticks(np.cumsum(gaps) / 0.9), ticks(np.ones(N)))
# By Pollaczek and Khinchine they wait half as long.
assert abs(constant / (0.9 / (1 - 0.9)) - 0.5) < 0.05

# %% [markdown]
# ### Exercise 2
#
# Is it better to have ten desks with one queue each, or one queue for all ten? Let λ be 9 a minute in total, and let a mean
# service take a minute. Compute the mean wait of the common queue by Erlang C, and simulate it.

# %%
n_few = N // 4
together = mean_wait(ticks(np.cumsum(gaps[:n_few]) / 9), ticks(services[:n_few]), n_servers=10)
apart = 0.9 / (1 - 0.9)  # ten times M/M/1 with ρ = 0.9
# Erlang C: 0.669 min for the common queue.
assert abs(together - 0.669) < 0.15
assert 0.05 < together / apart < 0.1

# %% [markdown]
# ### Exercise 3
#
# Little's law: the mean number inside is the rate of arrivals times the mean stay. It needs no assumption on distributions.
# Check it with the parcels of a small hub, from break-down to departure. How exact is it on a finite horizon?

# %%
from experiments.composition import load as hub_of
from sim import simulate

hub = hub_of("liege_30k", "demand.flights_per_day=1", "record.parcels_of_flights=all", horizon_days=1, warmup_days=0)
parcels = simulate(hub).tables["parcels"]
left = parcels["departed"][~np.isnan(parcels["departed"])]
came = parcels["start"][~np.isnan(parcels["departed"])]
horizon = left.max() - came.min()
edges = np.sort(np.concatenate([came, left]))
inside = np.searchsorted(np.sort(came), edges, "right") - np.searchsorted(np.sort(left), edges, "right")
mean_inside = (inside[:-1] * np.diff(edges)).sum() / horizon
# It is exact: both sides are sums of the same stays.
assert np.isclose(mean_inside, len(left) / horizon * (left - came).mean())
