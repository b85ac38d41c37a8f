"""`cargohub exposure`: what it says is in the run's tables; pictures are drawn; mistakes are one line."""

import json
import re
import shutil
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from answers import answer
from mistakes import refused
from pyarrow import parquet
from stored_runs import made, rewritten, sealed

from experiments.composition import load
from experiments.main import main
from experiments.report.exposure_tables import READ, WAY, accesses, by_policy, compact, flows, ledgers, matrices
from experiments.report.figures import exposure_figure
from experiments.report.hub_share import money_rests_on
from experiments.studies import exposure
from experiments.studies.exposure import text
from sim.errors import ConfigError

AIRPORT = 4000 * 3.5 * 365.25 / 0.45
"""Parcels a year, of which the small demand of these runs is the supposed share."""
WORDS = (
    "run", "exposure=ledger", "trade=goods", "exposure.policy=data_minimised",
    f"demand.hub_share.airport_parcels_per_year={AIRPORT:.0f}",
)  # fmt: skip


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("ledgers"), *WORDS)


@pytest.fixture(scope="module")
def shown(run: Path) -> tuple[dict[str, Any], str]:
    """What the verb prints of the run, but for its pictures: its document, and its text."""

    def printed(*words: str) -> str:
        with redirect_stdout(StringIO()) as out, pytest.MonkeyPatch.context() as patched:
            patched.setattr(exposure_figure, "figures", lambda _: {})
            assert main(["exposure", str(run), *words]) == 0
        return out.getvalue()

    return json.loads(printed("--json")), printed()


def test_the_document_is_the_tables_a_day_and_mean_over_replications(
    run: Path, shown: tuple[dict[str, Any], str]
) -> None:
    document, _ = shown
    key = ["policy", "party", "field"]
    ledger = dict(list(parquet.read_table(run / "tables" / "exposure_matrix.parquet").to_pandas().groupby(key)))
    for row in document["matrix"]:
        mine = ledger[tuple(row[name] for name in key)]
        # Two replications of one measured day.
        assert row["clear_per_day"] == pytest.approx(mine["n_clear"].sum() / 2)
        assert row["kept_clear"] == pytest.approx(mine["clear_record_days"].sum() / 2)
    assert document["replications"] == 2
    in_force = {row["policy"] for row in document["matrix"] if row["is_in_force"]}
    assert in_force == {"data_minimised"}
    trade = parquet.read_table(run / "tables" / "trade.parquet").to_pandas()
    value = sum(sum(row["value_eur_by_week"].values()) for row in document["trade"])
    assert value == pytest.approx(trade["value_eur"][~trade["is_export"]].sum() / 2), "goods that are consumed"
    costs = {row["policy"]: row for row in document["costs"]}
    assert costs["none"]["release_min"] == 0
    assert costs["none"]["kpis"] is None, "no design of this run is without a policy"
    assert costs["data_minimised"]["kpis"]["dwell_mean_h"] > 0
    assert costs["data_split_custody"]["escrow_down_share"] == pytest.approx(2 / 338)
    assert {row["national_year"] for row in document["balance"]} == {"2021", "2022"}
    flown, parcels = trade["n_parcels"][trade["is_export"]].sum(), trade["n_parcels"].sum()
    shares = [row["export_share"] for row in document["balance"] if row["is_simulated"]]
    assert shares == pytest.approx([flown / parcels] * 2), "of its goods, and not as configured"


def test_records_and_accesses_are_those_of_a_day_over_all_replications_and_days() -> None:
    """Of two replications of three measured days, so that a sixth of each sum is a day's."""
    rows = {"policy": "none", "is_in_force": True, "field": "address", "replication": [0, 1, 0, 1]}
    records = {"n_clear": [4, 8, 1, 1], "clear_record_days": [6, 12, 60, 60], "pseudonym_record_days": [0, 6, 0, 0]}
    (matrix,) = matrices(pd.DataFrame({**rows, "party": [*"aabb"], **records}), 3)
    assert matrix.parties == ("b", "a"), "most records first"
    assert (matrix.clear.T.tolist(), matrix.kept.T.tolist()) == ([[pytest.approx(1 / 3), 2]], [[20, 3]])
    assert matrix.pseudonym.T.tolist() == [[0, 1]]
    sent = {"n_records": [12, 3, 3], "n_readable": [6, 0, 3], "replication": [0, 0, 1]}
    paths = flows(pd.DataFrame({"policy": ["split", "none", "none"], **dict.fromkeys(WAY, "EU"), **sent}), 3)
    figures = paths[["policy", "records_per_day", "readable_per_day"]]
    assert figures.to_numpy().tolist() == [["none", 1, 0.5], ["split", 2, 1]]
    outside = {"n_given": 6, "n_from_outside_eu": [1, 1, 6, 6], "n_not_given": [2, 2, 0, 0]}
    noticed = {"never_noticed_share": [0.5, 0.5, 0.2, 0.2], "noticed_after_days": [10, 10, 4, 4]}
    watched = {**rows, "field": [*"ffgg"], "party": "a", **outside, **noticed, "first_noticed_after_days": 1}
    made_accesses = accesses(pd.DataFrame(watched), 2 * 3)
    assert made_accesses[["given_per_day", "outside_per_day"]].to_numpy().tolist() == [[2, 1], [2, 2]]
    # A share of a deficit, of a hub with more exports than imports, too.
    assert [*map(text._share, (-0.0031, -0.0077, 0.0024, 1.5))] == ["−0.3 %", "−0.8 %", "0.2 %", "150 %"]
    assert [*by_policy(made_accesses)] == [("none", 3, pytest.approx((0.5 + 2 * 0.2) / 3), (10 + 2 * 4) / 3)]


def test_a_replication_without_accesses_counts_in_their_mean(run: Path) -> None:
    tables = {name: parquet.read_table(run / "tables" / f"{name}.parquet").to_pandas() for name in READ}
    (label,) = tables["watch"]["scenario"].unique()
    tables["watch"] = tables["watch"][tables["watch"]["replication"] == 1]
    watched = ledgers(tables, label, 1).watched
    assert watched["given_per_day"].sum() == pytest.approx(tables["watch"]["n_given"].sum() / 2)


@pytest.mark.drawn
def test_six_pictures_are_drawn(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = answer(capsys, "exposure", run)["figures"]
    assert len(figures) == 6
    assert all(Path(figure).stat().st_size > 1000 for figure in figures)


def test_from_which_change_on_a_policy_achieves_something_is_said() -> None:
    ledgers = SimpleNamespace(matrices=[SimpleNamespace(policy="none"), SimpleNamespace(policy="idle")], effects=())
    (*_, line, _) = text._achieved(SimpleNamespace(ledgers=ledgers))
    assert line.strip().startswith("no party reads 0.5 % more or fewer of its records")


def test_what_a_policy_achieves_is_shown_where_the_sum_of_records_stays(
    run: Path, shown: tuple[dict[str, Any], str]
) -> None:
    document, out = shown
    achieved = {(row["policy"], row["party"]): row for row in document["achieved"]}
    away = achieved["data_eu_operator", "cloud_operator"]
    assert away["kept_without"] > away["kept_with"] == 0
    assert away["r2_without"] > 0.5
    assert away["r2_with"] == pytest.approx(0, abs=1e-9)
    to = achieved["data_eu_operator", "eu_cloud_operator"]
    assert (to["kept_without"], to["kept_with"]) == (0, away["kept_without"])
    assert ("data_eu_operator", "handler") not in achieved
    r2 = f"{away['r2_without']:.2f} → 0.00"
    assert f"records in clear, inference R² {r2}" in out
    assert re.search(r"  none +\d.* 0 % ", out) and re.search(r"  EU operator +\d.* 0 % ", out), "no change has no sign"
    assert f"cloud operator {r2}" in (run / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(("dearer", "is_known"), [((), True), (("release_min=60",), False)])
def test_a_policy_costs_what_a_design_shows_that_differs_in_the_policy_alone(
    dearer: tuple[str, ...], is_known: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookup = [f"exposure.policies.data_minimised.lookup.{word}" for word in dearer]
    shown = load("liege_30k", "exposure=ledger")
    other = load("liege_30k", "exposure=ledger", "exposure.policy=data_minimised", *lookup)
    felt = {"without": {"dwell_mean_h": 7.0}, "with": {"dwell_mean_h": 8.0}}
    monkeypatch.setattr(exposure, "means_of", lambda *_: felt)
    costs = {cost.policy: cost for cost in exposure._costs(None, shown, {"without": shown, "with": other})}
    assert (costs["none"].kpis, costs["data_minimised"].release_min) == (felt["without"], 15)
    assert costs["data_minimised"].kpis == (felt["with"] if is_known else None)


def test_imports_a_year_have_the_range_of_the_hubs_share(run: Path, shown: tuple[dict[str, Any], str]) -> None:
    document, text = shown
    parcels, value = (
        sum(sum(row[key].values()) for row in document["trade"]) for key in ("parcels_by_week", "value_eur_by_week")
    )
    low, high = (share * AIRPORT * value / parcels for share in (0.3, 0.5))
    assert document["imports_of_shares_eur"] == pytest.approx([low, high], rel=1e-6)
    assert "The same at a hub's share of 30–50 % of the airport's 11.36 million parcels, in proportion" in text
    assert f"{compact(low)} to {compact(high)}" in text
    for row in document["balance"]:
        ends = [share * AIRPORT * row["balance_eur"] / (365.25 * parcels) for share in (0.3, 0.5)]
        assert row["balance_of_shares_eur"] == pytest.approx(ends, rel=1e-6)
    page = (run / "report.html").read_text(encoding="utf-8")
    assert f"imports {low / 1e6:.0f}–{high / 1e6:.0f}, exports" in page, (
        "of the parcels that arrived, not those that left"
    )
    assert page.count("at a hub&#39;s share of 30–50 % of the airport&#39;s 11.36 million parcels") >= 3


def test_the_terminal_says_beside_goods_of_a_year_what_the_page_says_of_the_hubs_share(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["show", str(run), "--all"]) == 0
    lines = [line.partition(": ") for line in capsys.readouterr().out.splitlines() if "million EUR a year" in line]
    ((design, _, sentence),) = [parts for parts in lines if parts[2]]  # the others are tables' headings
    assert design == "30,000 m², 3.5 flights a day"
    assert sentence.endswith("at a hub's share of 30–50 % of the airport's 11.36 million parcels, in proportion.")
    assert sentence.replace("'", "&#39;") in (run / "report.html").read_text(encoding="utf-8")


def test_the_text_and_the_page_have_both_ledgers(run: Path, shown: tuple[dict[str, Any], str]) -> None:
    _, text = shown
    assert "data_minimised in force" in text
    for part in ("EU cloud operator", "split custody", "CN to DE (CN)", "A year of such days", "least squares"):
        assert part in text, part
    assert "−" in text and not re.search(r" -\d", text), "a minus is no hyphen"
    page = (run / "report.html").read_text(encoding="utf-8")
    for heading in ("Who could read what", "What flows reveal", "Consumption by destination"):
        assert heading in page, heading


def test_kpis_of_data_and_goods_are_those_of_the_tables(run: Path) -> None:
    kpis = parquet.read_table(run / "tables" / "kpis.parquet").to_pandas().set_index("kpi")["value"]
    matrix, balance = (
        parquet.read_table(run / "tables" / f"{name}.parquet").to_pandas()
        for name in ("exposure_matrix", "trade_balance")
    )
    mine = matrix[matrix["is_in_force"]]
    # Two replications of one measured day.
    assert kpis["data_read_per_day"].sum() == pytest.approx(mine["n_clear"].sum())
    assert kpis["data_kept"].sum() == pytest.approx(mine["clear_record_days"].sum())
    own = balance[balance["is_simulated"] & (balance["national_year"] == "2021")]
    assert 1e6 * kpis["imports_meur_per_year"].sum() == pytest.approx(own["imports_eur"].sum())
    assert (kpis["flows_r2"] > 0).all() and (kpis["flows_r2"] < 1).all()


def test_a_run_without_ledgers_says_how_to_keep_them(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = made(
        tmp_path, "run", "exports=none", "demand.flights_per_day=1", "replications=1", "halls.main.packout_posts=0"
    )
    assert "Who could read what" not in (folder / "report.html").read_text(encoding="utf-8")
    error = refused(capsys, "exposure", folder)
    assert "liege_30k has no ledger; run it with exposure=ledger trade=goods" in error


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["scenario=liege_31k"], "no design 'liege_31k'"),
        (["day=2022-09-05"], "unknown option"),
        (["nowhere"], "exposure: one RUN"),
    ],
)
def test_a_mistake_is_one_line(run: Path, words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert message in refused(capsys, "exposure", run, *words)


def test_tables_of_strangers_are_refused_in_one_line(
    run: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = Path(shutil.copytree(run, tmp_path / "theirs"))
    rewritten(folder, "trade", lambda table: table.drop_columns(["value_eur"]))
    sealed(folder)
    assert "value_eur is missing" in refused(capsys, "exposure", folder)


def test_numbers_in_little_room() -> None:
    assert [compact(value) for value in (999.6, 999_700, 9_960_000, -1.5e9)] == ["1.0 k", "1.0 M", "10 M", "−1.5 bn"]


def test_a_demand_that_a_user_sets_is_no_estimate_of_the_hubs_share() -> None:
    today = load("liege_30k").hub_share
    assert today is not None and (today.least, today.supposed, today.most) == (0.3, 0.45, 0.5)
    assert load("liege_30k", "demand.flights_per_day=5").hub_share is None
    assert load("liege_30k", "demand=permit").hub_share is None
    with pytest.raises(
        ConfigError, match=r"demand\.hub_share: least, supposed and most must be above 0 and in this order, got 0\.48"
    ):
        load("liege_30k", "demand.hub_share.least=0.48")
    with pytest.raises(ConfigError, match=r"demand\.hub_share\.most: must be at most 1, got 1\.2"):
        load("liege_30k", "demand.hub_share.most=1.2")


def test_money_says_on_which_share_it_stands() -> None:
    (sentence,) = money_rests_on(load("liege_30k"))
    as_many = load("liege_30k", "arrivals.cancelled_share=0.1", f"demand.flights_per_day={3.5 / 0.9}")
    assert money_rests_on(as_many) == [sentence], "cancelled flights bring nothing"
    assert "147 million parcels a year, 45 % of the airport's 326 million" in sentence
    assert "30–50 % would be 98–163 million" in sentence
    assert not money_rests_on(load("liege_30k", "demand.flights_per_day=5"))
