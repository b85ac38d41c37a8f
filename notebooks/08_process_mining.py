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
# # Process mining
#
# `cargohub log` writes a run as an event log ([docs/log.md](../docs/log.md)). Here PM4Py reads two logs: a small hub for two
# days, without and with a strike. First, does every parcel follow a path that the rules allow? Then, when is a parcel too slow?
#
# PM4Py is a separate package (`pip install pm4py`, AGPL); cargohub does not need it. Three exercises are at the end.

# %%
import io
import sys
import tempfile
import warnings
from contextlib import redirect_stderr, redirect_stdout
from importlib.util import find_spec
from pathlib import Path

import matplotlib.pyplot as plt
import pandas as pd

from experiments.main import main

if find_spec("pm4py") is None:
    sys.exit("This notebook needs PM4Py: pip install pm4py")
with warnings.catch_warnings(), redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
    warnings.simplefilter("ignore")
    import pm4py
    from pm4py.objects.petri_net.obj import Marking, PetriNet
    from pm4py.objects.petri_net.utils.petri_utils import add_arc_from_to as arc

HUB = (
    "demand.parcels_per_flight=150 demand.net_t_per_flight=0.15 exports=none horizon_days=2 warmup_days=0 "
    "record.parcels_of_flights=all replications=1 workers=1 margin=none page=none recovery.runs_on=false --quiet"
).split()
STRIKE = ["+disruption@disruptions.strike=strike_day", "disruptions.strike.start=day 1 12:00"]


def log_of(*words):
    """The parcels of a run, one case each."""
    with tempfile.TemporaryDirectory() as folder, redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        assert main(["run", *HUB, *words, "--out", folder]) == 0
        (run,) = Path(folder).iterdir()
        assert main(["log", str(run), "--xes", f"{folder}.xes", "--quiet"]) == 0
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            log = pm4py.read_xes(f"{folder}.xes", return_legacy_log_object=False)
        Path(f"{folder}.xes").unlink()
    return log


usual, strike = log_of(), log_of(*STRIKE)
{name: (log["case:concept:name"].nunique(), len(log)) for name, log in (("usual", usual), ("strike", strike))}

# %% [markdown]
# ## Conformance
#
# The net is written by hand from [docs/model.md](../docs/model.md): break-down (rules 6 and 7), sorting (9), hand-coding of
# no-reads (10), the customs hold with its examination and second sorting (11 to 13), chute and pack-out (36), the lane and
# the truck (14 to 18). A step in brackets is optional. A parcel that customs refuses leaves when it is fetched.


# %%
def way(*steps):
    """A net that goes through the steps; a list of steps is optional as a whole."""
    net, places = PetriNet("parcel"), []

    def place():
        places.append(PetriNet.Place(f"p{len(places)}"))
        net.places.add(places[-1])
        return places[-1]

    def transition(label, before, after):
        made = PetriNet.Transition(f"t{len(net.transitions)}", label)
        net.transitions.add(made)
        arc(before, made, net)
        arc(made, after, net)

    def follow(steps, at):
        for step in steps:
            if isinstance(step, list):
                begin, at = at, follow(step, at)
                transition(None, begin, at)
            else:
                begin, at = at, place()
                transition(step, begin, at)
                ends[step] = at
        return at

    ends = {}
    first = place()
    last = follow(steps, first)
    if "parcel fetched" in ends:
        transition(None, ends["parcel fetched"], last)
    return net, Marking({first: 1}), Marking({last: 1})


HOLD = [
    "customs hold begins", ["examination begins", "examination ends"], "parcel fetched",
    "second sorting begins", "second sorting ends",
]
BEGIN = ("break-down begins", "parcel out of its ULD", "sorting begins", "sorting ends")
CODED = ["hand-coding begins", "hand-coding ends"]
END = (["parcel in its chute", "packing begins"], "parcel in its lane", "truck takes what is ready", "truck leaves")
NET = way(*BEGIN, CODED, HOLD, *END)


def replayed(log, net=NET):
    """Whether the net allows what each parcel did."""
    with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        found = pm4py.conformance_diagnostics_token_based_replay(log, *net, return_diagnostics_dataframe=True)
    return found.set_index("case_id")


done = usual[~usual["case:open"]]
fitness = replayed(done)["trace_fitness"]
fitness.describe()[["count", "min", "mean"]]

# %% [markdown]
# All parcels that have left fit: their fitness is 1. The parcels of the strike fit, too: the strike makes them wait, but does not
# change their path. The method finds a shortcut. Let one parcel leave its chute without having been sorted:

# %%
assert fitness.min() == 1 and replayed(strike[~strike["case:open"]])["is_fit"].all()
chosen = done["case:concept:name"].iloc[0]
is_shortcut = (done["case:concept:name"] == chosen) & done["concept:name"].str.startswith("sorting")
planted = replayed(done[~is_shortcut])
assert planted.index[~planted["is_fit"]].tolist() == [chosen]
planted.loc[[chosen]]

# %% [markdown]
# ## The strike in a temporal profile
#
# A temporal profile has, for every two steps that follow each other, the mean and the standard deviation of the
# time between them. It is learned from the usual days. A parcel deviates if a time is more than three standard deviations away
# from the mean. In the strike, two fifths of the posts are manned for a day, from noon of the first day. More parcels deviate.

# %%
with warnings.catch_warnings(), redirect_stderr(io.StringIO()):
    warnings.simplefilter("ignore")
    profile, of_strike = (pm4py.discover_temporal_profile(log) for log in (usual, strike))
    deviating = {
        name: [{(a, b) for a, b, *_ in case} for case in pm4py.conformance_temporal_profile(log, profile, zeta=3)]
        for name, log in (("usual", usual), ("strike", strike))
    }
share = {name: sum(map(bool, cases)) / len(cases) for name, cases in deviating.items()}
assert share["strike"] > 1.5 * share["usual"]
share

# %%
STEPS = ["break-down begins", "parcel out of its ULD", "sorting begins", "sorting ends", "packing begins", "parcel in its lane"]
pairs = list(zip(STEPS, STEPS[1:]))
minutes = pd.DataFrame(
    {name: [each[pair][0] / 60 for pair in pairs] for name, each in (("usual", profile), ("strike", of_strike))},
    index=[f"{a} →\n{b}" for a, b in pairs],
)
axes = minutes.plot.barh(figsize=(7, 3.6), logx=True, xlabel="mean minutes (logarithmic)")
axes.invert_yaxis()
axes.legend(frameon=False)
axes.figure.set_layout_engine("constrained")
plt.show()

# %% [markdown]
# ### Exercise 1
#
# Parcels that are still inside at the end of the run have `open` = true. Do they fit? If not, does the net say that they followed
# a wrong path, or only that they have not reached its end? Count the missing tokens and the remaining tokens.

# %%
inside = replayed(usual[usual["case:open"]])
# One token is missing, at the end; one remains, where the parcel is.
assert not inside["is_fit"].any() and (inside[["missing", "remaining"]] == 1).all(axis=None)

# %% [markdown]
# ### Exercise 2
#
# Let the customs hold be a step that every parcel takes. Which parcels still fit?

# %%
strict = replayed(done, way(*BEGIN, CODED, *HOLD, *END))
held = done.loc[done["concept:name"] == "customs hold begins", "case:concept:name"]
assert set(strict.index[strict["is_fit"]]) == set(held)

# %% [markdown]
# ### Exercise 3
#
# Which step in the picture does the strike lengthen most, compared with the usual days?

# %%
longer = minutes["strike"] / minutes["usual"]
assert longer.idxmax() == "sorting ends →\npacking begins"
