"""How soon accesses outside a policy on data are noticed: cases by hand, a simulation by draws, mistakes."""

import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from answers import answer
from pyarrow import parquet
from stored_runs import made

import sim
from experiments.composition import load
from experiments.formatting import percent
from experiments.main import main
from experiments.studies import exposure
from sim.config import HubConfig
from sim.config.exposure import Copy, Event, Exposure, Message, Party, System, Watch
from sim.errors import ConfigError
from sim.measures.kpis import KPIS, Measured
from sim.measures.watch import first_noticed_after_days, never_noticed_share, noticed_after_days, watch_rows
from sim.record.schemas import Table, tabulate

SMALL = (
    "demand.flights_per_day=1", "demand.parcels_per_flight=4000", "demand.net_t_per_flight=3", "horizon_days=2",
    "warmup_days=1",
)  # fmt: skip
DAYS = 10
FIELDS = ("product", "route")


@pytest.fixture(scope="module")
def on() -> HubConfig:
    return load("liege_30k", "exposure=ledger", *SMALL)


@pytest.fixture
def small(on: HubConfig) -> Exposure:
    """A shop tells a carrier what and where; a host of the shop's group, outside the EU, operates the cloud."""
    names = ("shop", "carrier", "host", "other")
    parties = {name: Party(law, ()) for name, law in zip(names, ("CN", "BE", "CN", "DE"), strict=True)}
    parties["shop"] = Party("CN", FIELDS)
    watch = Watch(
        authorities=("service",),
        auditors={"host": 0.5, "service": 0.1, "carrier": 0.2},
        groups={"one": ("host", "shop")},
        logged_of_party=dict.fromkeys(names, 1.0) | {"host": 0.5},
        logged_of_field={"product": 1.0, "route": 0.8},
        log_retention_days=DAYS,
        eu=("BE", "DE"),
        from_outside_eu_share=0.01,
        not_given_share=0.1,
    )
    order = Message(Event.PARCEL_ANNOUNCED, 0, "shop", FIELDS, {"carrier": Copy("cloud", 100, ("route",))})
    nothing = replace(on.exposure.policies["data_retention_30d"], retention=None, lookup=None)
    return replace(
        on.exposure, parties=parties, systems={"cloud": System("DE", "host", "DE")}, messages={"order": order},
        policies={"own": nothing}, watch=watch,
    )  # fmt: skip


def sent(n: int = 1000) -> Table:
    return tabulate("messages", {"message": ["order"], "day": [0], "n_sent": [n], "is_measured": [True]})


def under(small: Exposure, **changed: object) -> dict[tuple[str, str], tuple[int, float, float]]:
    """(party, field): accesses given, of them from outside the EU, and not given."""
    policy = replace(small.policies["own"], **changed)
    rows = watch_rows(replace(small, policies={"own": policy}), sent(), 2)
    return {
        (party, field): (n, abroad, hidden)
        for name, party, field, n, abroad, hidden in zip(
            *(rows[key] for key in ("policy", "party", "field", "n_given", "n_from_outside_eu", "n_not_given")),
            strict=True,
        )
        if name == "own"
    }


def chances(exposure: Exposure, party: str, field: str) -> tuple[float, float, float]:
    rows = watch_rows(exposure, sent(), 2)
    keys = list(zip(rows["policy"], rows["party"], rows["field"], strict=True))
    at = keys.index(("none", party, field))
    never, after, first = (
        rows[key][at] for key in ("never_noticed_share", "noticed_after_days", "first_noticed_after_days")
    )
    return never, after, first


def test_accesses_outside_the_policy_are_those_from_outside_the_eu_and_those_not_given(
    small: Exposure, on: HubConfig
) -> None:
    host, carrier = (1000, 10.0, 0.0), (1000, 0.0, 0.0)
    every = {("carrier", field): carrier for field in FIELDS} | {("host", field): host for field in FIELDS}
    assert under(small) == every
    assert under(small, sealed=("cloud",)) == every | {("host", field): (0, 0.0, 100.0) for field in FIELDS}
    moved = {("host", field): (0, 0.0, 100.0) for field in FIELDS} | {("other", field): carrier for field in FIELDS}
    assert under(small, operators={"host": "other"}) == every | moved
    # What is not sent is not there to be read.
    assert under(small, minimised=True) == {key: value for key, value in every.items() if key[1] == "route"}
    hashed = on.exposure.policies["data_pseudonymised"].pseudonymised
    hashed = replace(hashed, systems=("cloud",), fields=("product",), clear_days=0)
    under_pseudonym = {(party, "product"): (0, 0.0, 100.0) for party in ("carrier", "host")}
    assert under(small, pseudonymised=hashed) == every | under_pseudonym


def test_only_an_auditor_of_no_group_with_the_reader_notices(small: Exposure) -> None:
    watch = small.watch
    assert watch is not None
    assert watch.audited_share("host") == pytest.approx(1 - 0.9 * 0.8), "not by itself"
    assert watch.audited_share("shop") == pytest.approx(1 - 0.9 * 0.8), "not by its group"
    assert watch.audited_share("carrier") == pytest.approx(1 - 0.5 * 0.9)
    # Logged with 0.5 * 0.8; 0.72 ** 10 of the logged are never picked.
    never, after, _ = chances(small, "host", "route")
    assert never == pytest.approx(1 - 0.4 * (1 - 0.72**DAYS))
    assert after == pytest.approx(0.6 * DAYS + 0.4 * (1 - 0.72**DAYS) / 0.28)
    alone = replace(small, watch=replace(watch, auditors={"host": 0.5, "shop": 1.0}))
    assert chances(alone, "host", "route") == (1, DAYS, DAYS)
    assert chances(replace(small, watch=replace(watch, auditors={})), "carrier", "route") == (1, DAYS, DAYS)


def test_a_noticed_access_is_logged_kept_and_picked() -> None:
    assert never_noticed_share(1, 1, 1) == 0
    assert noticed_after_days(1, 1, 5) == 1, "by the audit of its own day"
    assert noticed_after_days(0.5, 1, 5) == 3, "half on the first day, half never"
    assert first_noticed_after_days(0, 1, 1, 5) == 5, "nothing happens"
    # One a day on average: the first audits find none with exp(-1), exp(-2), ...
    assert first_noticed_after_days(1, 1, 1, 4) == pytest.approx(1 + np.exp(-1) + np.exp(-2) + np.exp(-3))


@pytest.mark.parametrize(("logged", "audited"), [(0.9, 0.05), (0.4, 0.3), (1.0, 0.01)])
def test_the_closed_forms_are_those_of_a_log_audited_day_by_day(logged: float, audited: float) -> None:
    """Each entry is drawn; each day the audits of all entries that are still there are drawn."""
    rng = np.random.default_rng(11)
    n, days, per_day = 40_000, 30, 0.4
    noticed = np.full(n, np.inf)
    is_logged = rng.random(n) < logged
    for day in range(1, days + 1):
        picked = is_logged & np.isinf(noticed) & (rng.random(n) < audited)
        noticed[picked] = day
    never = np.isinf(noticed)
    assert never_noticed_share(logged, audited, days) == pytest.approx(never.mean(), abs=4 * np.sqrt(0.25 / n))
    at_most = np.minimum(noticed, days)
    assert noticed_after_days(logged, audited, days) == pytest.approx(
        at_most.mean(), abs=4 * at_most.std() / np.sqrt(n)
    )
    firsts = []
    for _ in range(3000):
        entries, first = 0, days
        for day in range(1, days + 1):
            entries += rng.binomial(rng.poisson(per_day), logged)
            if rng.binomial(entries, audited):
                first = day
                break
        firsts.append(first)
    error = 4 * np.std(firsts) / np.sqrt(len(firsts))
    assert first_noticed_after_days(per_day, logged, audited, days) == pytest.approx(np.mean(firsts), abs=error)


OF_WATCH = [name for name in KPIS if name.startswith("watch_")]


def watch_kpis(exposure: Exposure, table: Table) -> dict[str, float]:
    hub = SimpleNamespace(exposure=exposure, horizon_days=2)
    run = Measured(hub, SimpleNamespace(measured=(0, 1), end=1), None, {"watch": table})
    return {name: KPIS[name](run) for name in OF_WATCH}


def test_kpis_weigh_parties_by_their_accesses_outside_the_policy(small: Exposure) -> None:
    shares = dict.fromkeys(small.parties, 1.0) | {"host": 0.5}
    watch = replace(small.watch, logged_of_party=shares)
    exposure = replace(small, policies={"own": replace(small.policies["own"], sealed=("cloud",))}, watch=watch)
    rows = watch_rows(replace(exposure, policy="own"), sent(), 2)
    kpis = watch_kpis(exposure, tabulate("watch", rows))
    # The host alone, 100 accesses to each field in two days: logged with 0.5 and 0.4.
    assert kpis["watch_outside_per_day"] == pytest.approx(100)
    assert kpis["watch_never_noticed_share"] == pytest.approx(1 - 0.45 * (1 - 0.72**DAYS))
    assert kpis["watch_noticed_after_days"] == pytest.approx(0.55 * DAYS + 0.45 * (1 - 0.72**DAYS) / 0.28)
    assert kpis["watch_first_noticed_days"] == pytest.approx(
        first_noticed_after_days([50, 50], [0.5, 0.4], [0.28, 0.28], DAYS)
    )
    none = tabulate("watch", watch_rows(replace(small, watch=replace(watch, from_outside_eu_share=0)), sent(), 2))
    assert watch_kpis(small, none) == dict.fromkeys(OF_WATCH, 0.0)


def test_the_watch_changes_no_other_table(on: HubConfig) -> None:
    watched = sim.simulate(on)
    off = sim.simulate(replace(on, exposure=replace(on.exposure, watch=None)))
    assert all(watched.kpis[kpi] > 0 for kpi in OF_WATCH)
    assert off.kpis == watched.kpis | dict.fromkeys(OF_WATCH, 0.0)
    assert not len(off.tables["watch"]["party"])
    for name, table in off.tables.items():
        for column, values in table.items() if name != "watch" else ():
            equal = np.array_equal(values, watched.tables[name][column], equal_nan=values.dtype.kind == "f")
            assert equal, (name, column)


MISTAKES = {
    "auditors.hub_operater=0.1": (
        "auditors: no party or authority 'hub_operater'; did you mean 'hub_operator'?"
    ),
    "groups.other=[platfrom]": "groups.other: no party or authority 'platfrom'; did you mean 'platform'?",
    "logged_of_party.host=1": "logged_of_party: no party 'host'",
    "eu=[EU,BEL]": "eu: no jurisdiction or location 'BEL'",
    "auditors.security_service=1.5": "auditors.security_service: must be at most 1, got 1.5",
    "logged_of_party.platform=-0.1": "logged_of_party.platform: must be at least 0, got -0.1",
    "log_retention_days=0": "log_retention_days: must be at least 1, got 0",
    "not_given_share=2": "not_given_share: must be at most 1, got 2",
    "from_outside_eu_share=.nan": "from_outside_eu_share: ",
}  # fmt: skip


@pytest.mark.parametrize(("word", "message"), MISTAKES.items())
def test_a_mistake_is_one_line(word: str, message: str) -> None:
    added = "++" if "." in word.partition("=")[0] else ""
    with pytest.raises(ConfigError) as caught:
        load("liege_30k", "exposure=ledger", f"{added}exposure.watch.{word}")
    assert str(caught.value).startswith(f"exposure.watch.{message}")
    assert "\n" not in str(caught.value)


def test_a_party_or_field_without_a_share_that_is_logged_is_refused() -> None:
    with pytest.raises(ConfigError, match=re.escape("exposure.watch.logged_of_party: no share for party 'host'")):
        load("liege_30k", "exposure=ledger", "++exposure.parties.host={jurisdiction:DE,produces:[]}")
    with pytest.raises(ConfigError, match=re.escape("exposure.watch.logged_of_field: no share for field 'age'")):
        load("liege_30k", "exposure=ledger", "exposure.parties.handler.produces=[age]")


def test_the_verb_and_the_page_show_who_notices_by_party_and_field(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exposure, "_draw", lambda *_: ())
    few = ("exports=none", "halls.main.packout_posts=0", "demand.flights_per_day=1")
    run = made(tmp_path, "run", *few, "exposure=ledger", "exposure.policy=data_split_custody")
    rows = answer(capsys, "exposure", run)["watch"]
    table = parquet.read_table(run / "tables" / "watch.parquet").to_pandas()
    for row in rows:
        mine = table[(table[["policy", "party", "field"]] == [row["policy"], row["party"], row["field"]]).all(axis=1)]
        # Two replications of one measured day.
        outside = (mine["n_from_outside_eu"] + mine["n_not_given"]).sum() / 2
        assert row["outside_per_day"] == pytest.approx(outside)
        assert row["never_noticed_share"] == pytest.approx(mine["never_noticed_share"].mean())
    sealed = [row for row in rows if row["is_in_force"] and row["party"] == "cloud_operator" and row["outside_per_day"]]
    assert sealed, "the operator of sealed systems"
    assert main(["exposure", str(run)]) == 0
    text = capsys.readouterr().out
    assert "The same by party and field (data_split_custody in force)" in text
    by_field = text.partition("The same by party and field")[2]
    shown = [line.split() for line in by_field.splitlines() if line.startswith("  cloud operator ")]
    assert len(shown) == len(sealed)
    for row in sealed:
        cells = row["field"], percent(row["never_noticed_share"]), f"{row['noticed_after_days']:.1f}"
        assert any(set(cells) <= set(line) for line in shown), cells
    page = (run / "report.html").read_text(encoding="utf-8")
    assert "Who notices accesses outside the policy" in page
    assert "Such accesses never noticed" in page
