"""`cargohub exposure`: who could read which data of a stored run, and the value of its goods.

Reports which party can read which field of a run's messages, where and in which jurisdiction copies are kept, the
effect of policies on data, and how well flows reveal weekly demand; also values, duties, VAT and the trade balance of
the goods. Draws them into the run's figures.

  cargohub run exposure=ledger trade=goods                     a run that keeps both ledgers
  cargohub exposure RUN
  cargohub exposure RUN scenario=liege_66k --json              another design of a comparison than the first
  cargohub sweep exposure=ledger exposure.policy=null,data_minimised,data_split_custody   what policies cost

docs/exposure.md explains what is counted, and how.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from experiments.arguments import Arguments
from experiments.frame import console
from experiments.frame.recorded import run_and_options, scenario_among
from experiments.report import style
from experiments.report.exposure_tables import READ, Ledgers, Trade, ledgers
from experiments.report.figures import exposure_figure
from experiments.report.stored_designs import Frame, ShareBand
from experiments.store.files import write_if_possible
from experiments.store.foreign import Manifest, configuration_of, manifest_of
from experiments.store.foreign_tables import frame_of, means_of, replications_of
from experiments.studies.exposure.text import KPIS, Cost, Facts, lines
from sim.config import HubConfig
from sim.distributions import mean_of
from sim.errors import InputError
from sim.measures.exposure import NO_POLICY
from sim.record.schemas import TABLES
from sim.units import MIN_PER_H

OPTIONS: Final = ("scenario",)


def main(arguments: Arguments) -> int:
    folder, given = run_and_options(arguments, OPTIONS)
    manifest = manifest_of(folder)
    hubs = configuration_of(manifest).hubs
    if "points" not in manifest.tables:
        raise InputError(f"{folder}: {manifest.verb} stores no ledger")
    scenario = scenario_among(hubs, given, folder)
    facts = _gathered(manifest, scenario, hubs)
    if not facts.ledgers.matrices and facts.ledgers.trade is None:
        raise InputError(f"{folder}: {scenario} has no ledger; run it with exposure=ledger trade=goods")
    suffix = "" if scenario == next(iter(hubs)) else f"-{1 + [*hubs].index(scenario)}"
    figures = list(_draw(facts.ledgers, folder / "figures", suffix))
    if arguments.json:
        return console.report(arguments, _document(facts, folder, figures))
    console.say([*lines(facts), *(f"picture: {path}" for path in figures)])
    return 0


def _gathered(manifest: Manifest, scenario: str, hubs: Mapping[str, HubConfig]) -> Facts:
    hub = hubs[scenario]
    kept = ledgers({name: _table(manifest, name) for name in READ}, scenario, hub.horizon_days)
    n_parcels = float(kept.trade.parcels.to_numpy().sum()) if kept.trade else 0.0
    band = ShareBand.of_hub(hub)
    factors = band.of(1.0, n_parcels / hub.horizon_days) if band and n_parcels else None
    costs = _costs(manifest, hub, hubs) if hub.exposure.is_on else ()
    n = len(replications_of(manifest, (scenario,))[scenario])
    return Facts(scenario, hub.horizon_days, n, kept, band, factors, costs)


def _costs(manifest: Manifest, hub_shown: HubConfig, hubs: Mapping[str, HubConfig]) -> tuple[Cost, ...]:
    """Costs of policies, no policy first, from designs that differ from this one only in the policy."""
    of_policy: dict[str, str] = {}
    for label, hub in hubs.items():
        exposure = replace(hub.exposure, policy=hub_shown.exposure.policy)
        if replace(hub, scenario=hub_shown.scenario, exposure=exposure) == hub_shown:
            of_policy.setdefault(hub.exposure.policy or NO_POLICY, label)
    felt, costs = means_of(manifest, KPIS), []
    lookups = {name: policy.lookup for name, policy in hub_shown.exposure.policies.items()}
    for name, lookup in {NO_POLICY: None, **lookups}.items():
        escrow = lookup.escrow if lookup else None
        down_min, up_h = (mean_of(escrow.mttr_min), mean_of(escrow.mtbf_h)) if escrow else (0.0, 1.0)
        down = down_min / (up_h * MIN_PER_H + down_min)
        minutes = (lookup.release_min, lookup.handcoding_min) if lookup else (0.0, 0.0)
        costs.append(Cost(name, *minutes, down, felt.get(of_policy.get(name, ""))))
    return tuple(costs)


def _table(manifest: Manifest, name: str) -> Frame:
    table = frame_of(manifest, TABLES[name])
    for column in TABLES[name].columns:
        if column.dtype == "float64" and column.name != "r2":
            for value in table.loc[~np.isfinite(table[column.name]), column.name]:
                raise InputError(f"{manifest.folder}: table {name}: column {column.name} holds {value}")
    return table


def _draw(ledgers: Ledgers, folder: Path, suffix: str) -> Iterator[Path]:
    """Draw the pictures; if the folder cannot be written, continue without."""
    with style.look():
        for name, figure in exposure_figure.figures(ledgers).items():
            path = write_if_possible(folder / f"{name}{suffix}.svg", style.svg(figure))
            if path is None:
                break
            yield path


def _document(facts: Facts, folder: Path, figures: list[Path]) -> dict[str, Any]:
    ledgers = facts.ledgers
    balance = [row | _of_shares(facts, row) for row in ledgers.balance.to_dict("records")]
    return {
        "verb": "exposure",
        "run_dir": str(folder),
        "scenario": facts.scenario,
        "measured_days": facts.n_days,
        "replications": facts.n_replications,
        "matrix": [
            {
                "policy": matrix.policy,
                "is_in_force": matrix.is_in_force,
                "party": party,
                "field": field,
                "clear_per_day": float(matrix.clear[p, f]),
                "kept_clear": float(matrix.kept[p, f]),
                "kept_pseudonym": float(matrix.pseudonym[p, f]),
            }
            for matrix in ledgers.matrices
            for p, party in enumerate(matrix.parties)
            for f, field in enumerate(matrix.fields)
            if matrix.clear[p, f] or matrix.kept[p, f] or matrix.pseudonym[p, f]
        ],
        "flows": ledgers.flows.to_dict("records"),
        "achieved": [asdict(effect) for effect in ledgers.effects],
        "costs": [asdict(cost) for cost in facts.costs],
        "watch": ledgers.watched.to_dict("records"),
        "inference": _inference(ledgers.inference),
        "trade": _trade(ledgers.trade),
        "balance": balance,
        "imports_of_shares_eur": balance[0].get("imports_of_shares_eur") if balance else None,
        "figures": [str(path) for path in figures],
    }


def _of_shares(facts: Facts, row: Mapping[Any, Any]) -> dict[str, Any]:
    """Annual figures at both ends of the hub's share."""
    if facts.share_factors is None:
        return {}
    return {
        f"{name}_of_shares_eur": [factor * row[f"{name}_eur"] for factor in facts.share_factors]
        for name in ("imports", "exports", "balance")
    }


def _inference(inference: Frame | None) -> list[dict[str, Any]]:
    if inference is None:
        return []
    return [
        {"policy": policy, "party": party, "r2": None if math.isnan(r2) else r2}
        for party, row in inference.iterrows()
        for policy, r2 in row.items()
    ]


def _trade(trade: Trade | None) -> list[dict[str, Any]]:
    if trade is None:
        return []
    return [
        {
            "lane": lane,
            "parcels_by_week": trade.parcels.loc[lane].to_dict(),
            "value_eur_by_week": trade.value.loc[lane].to_dict(),
            "value_eur_by_product": trade.by_product.loc[lane].to_dict(),
            **trade.duties.loc[lane].to_dict(),
        }
        for lane in trade.parcels.index
    ]
