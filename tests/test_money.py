"""Money: lines add up exactly, discounting follows closed forms, and prices that are none are refused."""

import datetime as dt
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from answers import answer
from hypothesis import given, settings
from hypothesis import strategies as st
from mistakes import refused
from named_designs import named_design
from priced import priced

from experiments.arguments import Arguments
from experiments.composition import load
from experiments.designs.design import Design, MarginKeys, several
from experiments.frame.costs import cost_section, prices_line
from experiments.frame.pages import warnings_of
from experiments.main import main
from experiments.money.accounts import Activity, Rostered, activity, annual_lines
from experiments.money.assets import HALLS, Kind, assets, equipment_eur_per_year, investment, total
from experiments.money.discounting import (
    Flow,
    Timing,
    annuity_factor,
    flows,
    payback,
    present_value,
)
from experiments.money.kpis import KPIS, costs
from experiments.money.prices import Tenure
from experiments.statistics.interval import Value
from sim.config import HubConfig
from sim.domain.roles import ROLES
from sim.errors import ConfigError
from sim.inputs.staffing import people_of_posts
from sim.simulation import simulate
from sim.units import DAYS_PER_YEAR, TICKS_PER_DAY

YEAR = Activity(
    parcels=147e6,
    late_parcels=1e6,
    exports=3e7,
    late_exports=2e5,
    trucks=20_000,
    truck_km=2e7,
    staff_h=5e5,
    night_h=1e5,
)
SIGNS = {"n_parcels": 1, "n_on_time": -1}
OF_EXPORTS = [name for name, role in ROLES.items() if role.is_of_exports]
CENTS = st.integers(-(10**13), 10**13)
EUR = st.floats(0, 1e5)
prices = cache(priced)
TINY = ("demand.flights_per_day=0.7", "demand.parcels_per_flight=4000", "demand.net_t_per_flight=3", "horizon_days=1",
        "warmup_days=0", "replications=2", "margin=none", "workers=1")  # fmt: skip


@cache
def hub() -> HubConfig:
    return load("liege_30k", "exports=none")


@cache
def full() -> HubConfig:
    return load("liege_30k", "exports=one_fifth", "halls.main.packout_posts=26", "halls.main.manual_sort_posts=4")


@settings(max_examples=50)
@given(EUR, EUR, EUR, EUR)
def test_lines_add_up_to_their_total_to_the_cent(late: float, km: float, wage: float, rent: float) -> None:
    drawn = priced(**{"parcels.late_eur": late, "labour.wage_eur_per_h": wage, "site.rent_eur_per_m2_year": rent})
    lines = annual_lines(hub(), replace(YEAR, truck_km=km), drawn)
    by_kind = [total(line for line in lines if line.kind is kind) for kind in Kind]
    assert total(lines) == sum(line.cents for line in lines) == sum(by_kind)
    assert Fraction(total(lines)) == sum((Fraction(line.cents) for line in lines), Fraction(0))
    assert all(line.cents <= 0 for line in lines if line.kind is not Kind.REVENUE)


def test_each_line_is_its_quantity_at_its_price() -> None:
    eur = {line.name: line.eur for line in annual_lines(hub(), YEAR, prices())}
    posts = hub().halls["main"].packout_posts * 8_000 + hub().halls["main"].manual_sort_posts * 5_000
    equipment = (
        posts + 30_000 * 370 + 12 * 60_000 + 150 * 15_000 + 4 * 20_000 + 40 * 25_000 + 6 * 7.5e6 + 2 * 9e5 + 2 * 1e5
    )
    assert eur == pytest.approx(
        {
            "revenue": 147e6 * 0.8,
            "export_revenue": 3e7 * 0.45,
            "wages": -5e5 * 31,
            "night_premium": -1e5 * 31 * 0.2,
            "rent": -30_000 * 65,
            "energy": -30_000 * 85 * 0.18,
            "hall_upkeep": -30_000 * 1250 * 0.01,
            "equipment_upkeep": -equipment * 0.04,
            "trucks": -20_000 * 60,
            "truck_km": -2e7 * 1.4,
            "late_parcels": -1e6 * 0.5,
            "late_exports": -2e5 * 0.25,
        }
    )


def test_exports_have_equipment_where_they_are_and_pack_out_and_manual_sort_always() -> None:
    without, own = assets(replace(full(), exports=replace(full().exports, share=0.0))), assets(full())
    more = {name: own[name] - n for name, n in without.items() if own[name] != n}
    assert more == {"sorting_posts": 1, "screening_lines": 5, "build_up_places": 10, "tugs": 3}
    assert (without["packout_posts"], without["sorting_posts"]) == (26, 4)
    built = {line.name: line.eur for line in investment(None, full(), prices())}
    assert built["screening_lines"] == -5 * 250_000 and built["build_up_places"] == -10 * 75_000
    assert built["packout_posts"] == -26 * 8_000 and built["sorting_posts"] == -5 * 5_000


def test_exports_are_paid_for_are_late_and_have_their_people() -> None:
    """Off-block exports earn; those late cost; the hours of their roles are among the wages."""
    size = {"demand.parcels_per_flight": 2000, "demand.net_t_per_flight": 2}
    config = load("liege_30k", "exports=one_fifth", horizon_days=2, warmup_days=1, **size)
    result = simulate(config, 0)
    kpis = result.kpis
    done = activity(Rostered(config), kpis, prices().labour)
    assert done.exports == kpis["exports_per_day"] * DAYS_PER_YEAR > 0
    cohort = result.tables["collections"]["is_cohort"]
    late = sum(int(result.tables["collections"][name][cohort].sum()) * sign for name, sign in SIGNS.items())
    assert done.late_exports == pytest.approx(late / 2 * DAYS_PER_YEAR)
    assert late == pytest.approx(
        (1 - kpis["export_on_time_share"]) * int(result.tables["collections"]["n_parcels"][cohort].sum())
    )
    others = replace(prices().labour, paid_by_others=(*prices().labour.paid_by_others, *OF_EXPORTS))
    mine = sum(kpis[f"staff_h_paid_per_day_{role}"] for role in OF_EXPORTS) * DAYS_PER_YEAR
    assert mine > 0 and done.staff_h - activity(Rostered(config), kpis, others).staff_h == pytest.approx(mine)


def test_own_halls_cost_their_building_and_the_ground_leased_ones_their_rent() -> None:
    bigger = load("liege_66k", "exports=none")
    built = priced(**{"site.tenure": "built"})
    assert built.site.tenure is Tenure.BUILT
    assert {line.name: line.eur for line in investment(hub(), bigger, built)}[HALLS] == -36_000 * 1250
    assert {line.name: line.eur for line in investment(hub(), bigger, prices())}[HALLS] == 0
    rents = [{line.name: line.eur for line in annual_lines(hub(), YEAR, own)}["rent"] for own in (built, prices())]
    assert rents == [-30_000 * 40, -30_000 * 65]


def test_what_is_there_already_costs_nothing_and_what_goes_brings_nothing_back() -> None:
    assert total(investment(hub(), hub(), prices())) == 0
    bigger = load("liege_66k", "exports=none")
    assert total(investment(bigger, hub(), prices())) == 0
    assert {line.name: line.eur for line in investment(hub(), bigger, prices())}["machines"] == -30_000 * 370
    from_nothing = {line.name: line.cents for line in investment(None, full(), priced(**{"site.tenure": "built"}))}
    assert from_nothing.keys() == assets(full()).keys()
    assert all(amount < 0 for amount in from_nothing.values())


def test_a_twin_hall_doubles_the_assets_of_halls_and_its_equipment_costs_its_annuity() -> None:
    twin = replace(full(), halls={"main": full().halls["main"], "twin": full().halls["main"]})
    had, has = assets(full()), assets(twin)
    assert {name for name in had if has[name] == had[name]} == {"stands", "loader_sets", "tugs"}
    assert all(has[name] == 2 * had[name] for name in had.keys() - {"stands", "loader_sets", "tugs"})
    own_halls = priced(**{"site.tenure": "built"})
    more = {line.name: -line.eur for line in investment(full(), twin, own_halls)}
    worth = (sum(more.values()) - more[HALLS]) / annuity_factor(0.06, 10)
    assert equipment_eur_per_year(full(), twin, own_halls) == pytest.approx(worth)


def test_capital_is_the_annuity_of_equipment_and_of_own_halls() -> None:
    nothing = dict.fromkeys(KPIS, 0.0)
    own_halls = priced(**{"site.tenure": "built"})
    leased, built = (costs(hub(), nothing, own)["capital_eur_per_year"] for own in (prices(), own_halls))
    per_year = annuity_factor(0.06, 30)
    assert built - leased == pytest.approx(30_000 * 1250 / per_year)
    stands, rest = 6 * 7.5e6, -total(investment(None, hub(), prices())) / 100 - 6 * 7.5e6
    assert leased == pytest.approx(stands / per_year + rest / annuity_factor(0.06, 10))


@pytest.mark.parametrize("has_prices", [True, False])
def test_designs_that_differ_in_machines_of_customs_are_warned_that_these_have_no_price(has_prices: bool) -> None:
    hubs = [load(name) for name in ("liege_30k", "customs_today", "customs_xray_all")]
    document: Any = SimpleNamespace(run=True, warnings=[])
    keys = SimpleNamespace(prices=prices() if has_prices else None)

    def warned(hubs: Sequence[HubConfig]) -> list[str]:
        designs = [Design(str(at), hub) for at, hub in enumerate(hubs)]
        request: Any = SimpleNamespace(designs=designs, arguments=SimpleNamespace(words=()), keys=keys)
        return [line for line in warnings_of(request, document) if "which have no price" in line]

    of_both, of_lanes = warned(hubs), warned(hubs[:2])
    assert (len(of_both), len(of_lanes), warned(hubs[1:2])) == (has_prices, has_prices, [])
    assert all("X-ray machines for whole ULDs" in line for line in of_both)
    assert all("X-ray lanes for parcels and transit desks, which" in line for line in of_lanes)


@pytest.mark.paged
def test_a_comparison_reports_costs_savings_and_sources_of_prices(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """By the prices that are given; the saving is the paired difference of the year's cost, which the table has too."""
    wage = "cost.labour.wage_eur_per_h"
    words = ["designs=[liege_30k, liege_30k roster=round_the_clock]", f"{wage}=33", *TINY, "--out", str(tmp_path)]
    found = answer(capsys, "compare", *words, "--quiet")
    kpis = [design["kpis"] for design in found["scenarios"].values()]
    (saved,), (changed,) = found["saving_eur_per_year"].values(), found["differences"].values()
    difference = changed["cost_eur_per_year"]
    assert [-saved[end] for end in ("mean", "high", "low")] == [difference[end] for end in ("mean", "low", "high")]
    assert saved["mean"] == pytest.approx(kpis[0]["cost_eur_per_year"]["mean"] - kpis[1]["cost_eur_per_year"]["mean"])
    assert saved["mean"] < 0 and changed["capital_eur_per_year"]["mean"] == 0
    assert found["prices"][wage] == {"value": 33, "kind": "own", "source": "given for this run"}
    assert "Cushman" in found["prices"]["cost.site.rent_eur_per_m2_year"]["source"]
    assert main(["show", found["run_dir"], "--all"]) == 0
    terminal = capsys.readouterr().out
    page = (Path(found["run_dir"]) / "report.html").read_text(encoding="utf-8")
    for text in ("Running cost of a parcel", "Saved a year compared with", "1 given for this run"):
        assert text in terminal and text in page
    assert "What it costs" in page and "Cushman" in page


def test_a_years_costs_of_a_disruption_that_happens_once_are_said_to_repeat_it() -> None:
    options = ("strike_day", "night_curfew", "random_fog")
    hubs = [load("liege_30k", f"+disruption@disruptions.it={option}") for option in options]
    texts = [prices_line(prices(), [hub(), disrupted]) for disrupted in hubs]
    sentence = "Costs of a year repeat the measured days all year, with their disruptions."
    assert [text.endswith(sentence) for text in texts] == [True, False, False]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["run", "cost.labour.wage_eur_per_h=-1"], "cost.labour.wage_eur_per_h: must be at least 0, got -1.0"),
        (
            ["shadow-price", "cost.labour.wage_eur_per_h=40"],
            "cost: has no effect here; leave it as packaged, and choose by cost@shadow_price.prices=NAME",
        ),
        (
            ["compare", "designs=[liege_30k, liege_30k cost.trucks.eur_per_km=2]"],
            "cost: the same prices for every design",
        ),
    ],
)
def test_prices_in_the_wrong_place_are_one_line(
    capsys: pytest.CaptureFixture[str], words: list[str], message: str
) -> None:
    assert message in refused(capsys, *words)


@pytest.mark.parametrize("word", ["scenarios=[dear]", "designs=[dear, dear halls.main.doors_out=26]"])
def test_designs_of_a_scenario_with_prices_of_its_own_have_these(
    tmp_path: Path, word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """They had the packaged ones (`scenarios`), or were refused, as if their prices differed (`designs`)."""
    for name, text in {
        "cost/dear": "defaults: [liege, _self_]\nlabour: {wage_eur_per_h: 45}\n",
        "scenario/dear": "# @package _global_\ndefaults: [{override /cost: dear}, _self_]\nscenario: dear\n",
    }.items():
        (tmp_path / name).parent.mkdir()
        (tmp_path / f"{name}.yaml").write_text(text)
    _, keys = several(Arguments("compare", (word,), config_dir=tmp_path), MarginKeys)
    assert keys.prices.labour.wage_eur_per_h == 45
    differ = word.replace("[", "[liege_30k,")
    with pytest.raises(ConfigError, match="the same prices for every design"):
        several(Arguments("compare", (differ,), config_dir=tmp_path), MarginKeys)
    advice = "cost: has no effect here; leave it out; where a scenario chooses another, add cost=liege"
    assert advice in refused(capsys, "customs", "scenario=dear", "--config-dir", str(tmp_path))


@given(st.lists(CENTS, max_size=20), st.sampled_from(Timing))
def test_npv_at_rate_zero_is_the_plain_sum(amounts: list[int], timing: Timing) -> None:
    assert present_value(flows(amounts, timing), 0.0) == sum(amounts)


@given(st.lists(st.tuples(CENTS, CENTS), max_size=12), st.floats(0, 0.5), st.sampled_from(Timing))
def test_present_values_of_parts_add_up_to_that_of_the_whole(
    parts: list[tuple[int, int]], rate: float, timing: Timing
) -> None:
    one, other = (flows([part[i] for part in parts], timing) for i in range(2))
    whole = flows([sum(part) for part in parts], timing)
    assert present_value(one, rate) + present_value(other, rate) == present_value(whole, rate)


@pytest.mark.parametrize("rate", [0.0, 1e-9, 0.06, 0.5])
def test_level_flows_are_worth_an_annuity_and_ever_longer_ones_a_perpetuity(rate: float) -> None:
    for years in (1, 10, 40):
        value = float(present_value(flows([1_000_000] * years, Timing.END_OF_YEAR), rate))
        assert value == pytest.approx(1e6 * annuity_factor(rate, years), rel=1e-9)
        middle = float(present_value(flows([1_000_000] * years, Timing.MID_YEAR), rate))
        assert middle == pytest.approx(value * (1 + rate) ** 0.5, rel=1e-12)
    if rate >= 0.06:
        forever = float(present_value(flows([1_000_000] * 600, Timing.END_OF_YEAR), rate))
        assert forever == pytest.approx(1e6 / rate, rel=1e-12)


def test_months_of_a_year_lie_within_it() -> None:
    months = flows([1] * 12, Timing.MID_YEAR, per_year=12, start_years=3)
    assert math.fsum(flow.years for flow in months) / 12 == pytest.approx(3.5)
    assert flows([1] * 12, Timing.END_OF_YEAR, per_year=12)[-1].years == 1.0


def test_payback_is_when_nothing_is_behind_any_more() -> None:
    end = Timing.END_OF_YEAR
    assert payback([Flow(0, -1000), *flows([400] * 5, end)]) == 2.5
    assert payback([Flow(0, -1000), *flows([400, 400], end)]) is None
    assert payback(flows([10, 10], end)) == 0
    assert payback([Flow(0, -100), Flow(1, 100)]) == payback([Flow(1, 100), Flow(0, -100)]) == 1
    # Behind once more after a second hall: only the last counts.
    assert payback([Flow(0, -100), Flow(1, 200), Flow(2, -300), Flow(3, 400)]) == pytest.approx(2.5)
    discounted = payback([Flow(0, -1000), *flows([400] * 5, end)], rate=0.1)
    assert discounted is not None and 3 < discounted < 4


@pytest.mark.parametrize(
    ("start_date", "zone"),
    [
        ("2022-09-05", None),
        ("2022-09-08", None),
        ("2022-09-11", None),
        # The clocks change on the week's last day; night and shifts both follow them.
        ("2026-10-19", "Europe/Brussels"),
        ("2026-03-23", "Europe/Brussels"),
    ],
)
def test_the_night_has_the_share_of_the_hours_that_the_roster_gives_it(start_date: str, zone: str | None) -> None:
    week = {"start_date": start_date, "time_zone": zone, "warmup_days": 0}
    round_the_clock = load("liege_30k", "roster=round_the_clock", **week)
    shifts = load("liege_30k", "roster=three_shifts", **week)
    assert Rostered(round_the_clock).night_share("docks", prices().labour) == pytest.approx(8 / 24)
    # Four desks, two of them at night.
    assert Rostered(shifts).night_share("handcoding", prices().labour) == pytest.approx(2 * 8 / (4 * 16 + 2 * 8))
    none = priced(**{"labour.night_from": "00:00", "labour.night_to": "00:00"})
    assert Rostered(shifts).night_share("handcoding", none.labour) == 0
    by_day = priced(**{"labour.night_from": "08:00", "labour.night_to": "20:00"})
    assert Rostered(round_the_clock).night_share("docks", by_day.labour) == pytest.approx(1 / 2)


def test_a_roster_has_the_posts_of_all_machines_and_none_in_a_hall_that_is_not_open() -> None:
    size = {"horizon_days": 7, "warmup_days": 0, "start_date": "2022-09-05"}
    one = load("liege_30k", "roster=round_the_clock", **size)
    later = replace(one.halls["main"], sorting_machines=1, opens=dt.date(2022, 9, 8))
    both = replace(one, halls={**one.halls, "new": later})
    days = {name: Rostered(both).ticks(name) / TICKS_PER_DAY for name in ("induction", "docks", "tugs")}
    inductions, doors = one.sorting.inductions, one.halls["main"].dock_workers
    # Three of the seven days are before the opening.
    assert days == {"induction": inductions * (2 * 7 + 4), "docks": doors * (7 + 4), "tugs": one.apron.tugs * 7}
    # Whole weeks from the first measured day.
    assert Rostered(replace(both, warmup_days=2, horizon_days=8)).ticks("docks") / TICKS_PER_DAY == doors * (14 + 13)


def test_kpis_of_a_day_make_a_year() -> None:
    size = {"demand.parcels_per_flight": 2000, "demand.net_t_per_flight": 2}
    config = load("liege_30k", "roster=round_the_clock", horizon_days=1, warmup_days=0, **size)
    kpis = simulate(config, 0).kpis
    done = activity(Rostered(config), kpis, prices().labour)
    assert done.parcels == kpis["parcels_per_day"] * DAYS_PER_YEAR
    # Without customs officers, who are the state's.
    assert done.staff_h == pytest.approx(kpis["staff_h_paid_per_day"] * DAYS_PER_YEAR)
    assert done.night_h == pytest.approx(done.staff_h / 3)
    worked = activity(Rostered(config), kpis, priced(**{"labour.paid": "worked"}).labour)
    assert worked.staff_h == pytest.approx(kpis["staff_h_per_day"] * DAYS_PER_YEAR)
    assert worked.staff_h < done.staff_h
    officers = activity(Rostered(config), kpis, priced(**{"labour.paid_by_others": []}).labour)
    assert officers.staff_h == pytest.approx(done.staff_h + kpis["staff_h_paid_per_day_customs"] * DAYS_PER_YEAR)
    all_day = activity(Rostered(config), kpis, priced(**{"labour.paid": "round_the_clock"}).labour)
    people = sum(n for role, n in people_of_posts(config).items() if role != "customs")
    assert all_day.staff_h == pytest.approx(people * 24 * DAYS_PER_YEAR)
    assert all_day.night_h == pytest.approx(all_day.staff_h / 3)
    # Running cost, capital apart: all but revenue, over the same days and parcels.
    lines = annual_lines(config, done, prices())
    running = sum(line.eur for line in lines if line.kind is Kind.OPEX)
    money = costs(config, kpis, prices())
    assert money["cost_eur_per_year"] == pytest.approx(-running)
    assert money["cost_eur_per_day"] * DAYS_PER_YEAR == pytest.approx(-running)
    by_both = costs(config, kpis | {"parcels_per_day": 3000.0, "exports_per_day": 1000.0}, prices())
    assert by_both["cost_eur_per_parcel"] == pytest.approx(by_both["cost_eur_per_day"] / 4000)
    nothing = costs(config, kpis | {"parcels_per_day": 0.0, "exports_per_day": 0.0}, prices())
    assert math.isnan(nothing["cost_eur_per_parcel"])
    # Each truck of a route drives the road of its lane, a pool's the mean of its lanes'.
    km = [lane.km for lane in config.lanes.values()]
    assert min(km) * kpis["trucks_per_day"] <= kpis["truck_km_per_day"] <= max(km) * kpis["trucks_per_day"]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("site.rent_eur_per_m2_year", -65, "optimise.cost.site.rent_eur_per_m2_year: must be at least 0, got -65"),
        ("capex.stand_eur", -1, "optimise.cost.capex.stand_eur: must be at least 0, got -1"),
        ("parcels.late_eur", "nan", "optimise.cost.parcels.late_eur: "),
        ("discounting.rate", -0.1, "optimise.cost.discounting.rate: must be at least 0, got -0.1"),
        ("labour.paid_by_others", "[custom]", "optimise.cost.labour.paid_by_others: unknown role 'custom'"),
        ("labour.night_to", "25:00", "night_to"),
    ],
)
def test_prices_that_are_none_are_one_line(
    capsys: pytest.CaptureFixture[str], key: str, value: object, message: str
) -> None:
    assert message in refused(capsys, "optimise", f"optimise.cost.{key}={value}")


def test_a_parcel_costs_nothing_known_if_none_leaves(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """One flight in two days leaves the measured day without any."""
    words = [*TINY, "exports=none", "halls.main.packout_posts=0", "demand.flights_per_day=0.5"]
    run = answer(capsys, "run", *words, "--out", tmp_path)
    of_parcel = {"mean": None, "low": None, "high": None, "n": 2, "unit": "EUR"}
    kpis = run["scenarios"]["liege_30k"]["kpis"]
    assert kpis["cost_eur_per_parcel"] == of_parcel and kpis["parcels_per_day"]["mean"] == 0
    (folder,) = tmp_path.iterdir()
    assert answer(capsys, "show", folder)["scenarios"] == run["scenarios"]
    main(["show", str(folder), "--all"])
    assert re.search(r"Running cost of a parcel, import or export +EUR +–\n", capsys.readouterr().out)
    chosen = ("halls.main.doors_out=29,30", "select.cost=cost_eur_per_parcel", "select.indifference=1")
    message = refused(
        capsys, "select", *(word for word in words if "margin" not in word), *chosen, "--out", tmp_path, "--quiet"
    )
    assert message.startswith(
        "cargohub: select.cost: cost_eur_per_parcel is missing in a replication of doors out 29; "
    )


@pytest.mark.parametrize(("n", "header"), [(6, "KPI"), (7, "Design")])
def test_costs_of_many_designs_have_a_row_for_each_which_paper_does_not_cut(n: int, header: str) -> None:
    designs = [replace(named_design(), scenario=f"s{at}", title=f"design {at}") for at in range(n)]
    values = {
        design.label: {"cost_eur_per_year": Value(float(at), None, None, 1, KPIS["cost_eur_per_year"].unit)}
        for at, design in enumerate(designs)
    }
    (money,) = cost_section((), designs, values, prices(), "").grids
    assert (money.header[0], len(money.header)) == (header, 2 + n if header == "KPI" else 2)
    row = money.rows[0][-n:] if header == "KPI" else [cell for _, cell in money.rows]
    assert [cell.strip() for cell in row[:4]] == ["0", "1.00", "2.00", "3.00"]
