"""Composition: the packaged configurations, and a line for every way to get one wrong."""

import datetime as dt
import threading
from pathlib import Path

import hydra
import pytest
from hydra.core.global_hydra import GlobalHydra
from omegaconf import OmegaConf, open_dict

from experiments import composition
from experiments.chosen_files import state_of
from experiments.composition import compose, hub, load, packaged, scenarios, sweep
from experiments.money.kpis import KPIS
from experiments.overrides import options, sweep_points
from sim.config import HubConfig
from sim.errors import CargohubError, ConfigError, InputError
from sim.reading import plain, read

SMALL = {
    "config.yaml": "defaults: [_self_, {demand: low}, {site@sites.main: old}, {scenario: base}]\nseed: 1\nname: ''\n",
    "demand/low.yaml": "flights_per_day: 3\nspread: {early: 1}\n",
    "demand/high.yaml": "defaults: [low, _self_]\nflights_per_day: 11\n",
    "site/old.yaml": "area_m2: 30000\n",
    "site/new.yaml": "area_m2: ${area}\n",
    "scenario/base.yaml": "# @package _global_\nname: base\n",
    "scenario/grown.yaml": "# @package _global_\ndefaults: [override /demand: high, _self_]\nname: grown\n",
}


def written(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def small(tmp_path, monkeypatch):
    folder = written(tmp_path / "packaged", SMALL)
    monkeypatch.setattr(composition, "packaged", lambda: folder)
    return folder


@pytest.fixture
def own(tmp_path):
    """A folder of the user's, whose name needs care."""
    return written(tmp_path / "it's my, own={folder}", {"scenario/mine.yaml": "# @package _global_\nname: mine\n"})


def refusal(*words, config_dir=None):
    with pytest.raises(CargohubError) as caught:
        compose(words, config_dir)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("every", [4, pytest.param(1, marks=pytest.mark.slow)])
def test_every_scenario_composes_with_every_demand_and_arrivals(every):
    """By default with every fourth demand, of the next scenario with the next ones; an express network has its own."""
    express = {scenario: load(scenario).demand.name for scenario in ("express_night_hub", "regional_gateway")}
    assert express == {"express_night_hub": "express_night", "regional_gateway": "regional_gateway"}
    demands = [demand for demand in options("demand", [packaged()]) if demand not in express.values()]
    for first, scenario in enumerate(name for name in scenarios() if name not in express):
        for demand in demands[first % every :: every]:
            config = load(scenario, f"demand={demand}")
            assert (config.scenario, config.demand.name) == (scenario, demand)


def test_a_demand_that_is_chosen_beside_a_scenario_is_that_of_its_file(tmp_path):
    """`regional_gateway` had flights and parcels in its own file, which stood in place of those of the chosen one."""
    text = "defaults: [express_night, _self_]\nname: ours\nflights_per_day: 2\nparcels_per_flight: 3000\n"
    folder = written(tmp_path, {"demand/ours.yaml": text})
    for scenario in scenarios():
        demand = compose([f"scenario={scenario}", "demand=ours"], folder)["demand"]
        assert (demand["name"], demand["flights_per_day"], demand["parcels_per_flight"]) == ("ours", 2, 3000), scenario


def test_a_composed_hub_survives_being_written_and_read():
    config = load()
    assert read(HubConfig, plain(config)) == config


def test_load_takes_words_and_python_values():
    config = load("liege_30k", "demand=permit", horizon_days=5, start_date=dt.date(2022, 10, 3), demand="permit")
    assert (config.demand.name, config.horizon_days, config.start_date) == ("permit", 5, dt.date(2022, 10, 3))


@pytest.mark.parametrize(
    "words",
    [
        ["scenario=liege_66k", "horizon_days=5", "exports=one_fifth", "exports.service_h=20", "seed=7"],
        ["study=expansion", "expansion.loads=[0.1,'a']", "~expansion.paths.react_66k", "expansion.draws=2"],
        ["study=expansion", "~expansion.paths.react_66k", "+expansion.growth.low.factors.2030=2"],
        ["hall@halls.main=liege_66k", "halls.main.doors_out=9", "halls.main.doors_in=3", "demand=permit"],
        ["cost.site.rent_eur_per_m2_year=50", "~cost.parcels.late_eur"],
        ["halls.main={doors_out: 4, doors_in: 3}", "halls.main.doors_out=9", "seed=null"],
        ["apron.stands=${apron.tugs}", "demand=permit"],
    ],
)
def test_what_groups_choose_is_composed_once_and_all_words_as_hydra_composes_them(monkeypatch, words):
    with hydra.initialize_config_dir(str(packaged()), version_base="1.3"):
        expected = hydra.compose(composition.ROOT, overrides=words)
    with open_dict(expected):
        expected.precision = {**dict.fromkeys(KPIS), **expected.precision}
    composed, beside = composition._composed(words, [packaged()], state_of([packaged()]))
    assert OmegaConf.is_struct(composed)
    assert bool(beside) != any("${" in word for word in words), "what refers to others needs nodes of all"
    whole = OmegaConf.create({**OmegaConf.to_container(composed), **beside})
    assert whole == expected
    assert OmegaConf.to_yaml(whole) == OmegaConf.to_yaml(expected)
    assert compose(words) == OmegaConf.to_container(expected, resolve=True)

    def never(*_, **__):
        raise AssertionError

    with monkeypatch.context() as patched:
        patched.setattr(hydra, "compose", never)
        compose([*words, "replications=3"])


def test_a_list_of_defaults_may_refer_to_another_choice(small):
    written(small, {"config.yaml": "defaults: [_self_, {demand: low}, {demand@twin: '${demand}'}]\nscenario: ''\n"})
    composed = compose(["demand=high"])
    assert composed["twin"] == composed["demand"] != compose()["demand"]


@pytest.mark.parametrize(
    ("words", "key", "value"),
    [
        (["halls.main.doors_out=+20%"], "halls.main.doors_out", 36),
        (["scenario=liege_66k", "halls.main.doors_out=+20%"], "halls.main.doors_out", 79),
        (["halls.main.packout_posts=-4%"], "halls.main.packout_posts", 25),
        (["demand=permit", "demand.flights_per_day='- 10 %'"], "demand.flights_per_day", 9.9),
        (
            ["roster=three_shifts", "roster.roles.packout.shifts.1.share=-30%"],
            "roster.roles.packout.shifts.1.share",
            0.56,
        ),
        (["horizon_days=10", "replications=+100%"], "replications", 10),
    ],
)
def test_a_share_is_of_what_the_groups_choose_and_whole_numbers_are_rounded_half_up(words, key, value):
    composed = OmegaConf.create(compose(words))
    assert OmegaConf.select(composed, key) == value


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("halls.main.door_out=+20%", "halls.main.door_out: unknown key; did you mean 'halls.main.doors_out'?"),
        ("demand.name=+20%", "demand.name: +20% needs a number to change, but the value is 'today'"),
        ("halls.main.doors_out=-200%", "halls.main.doors_out: must be at least 1, got -30"),
        ("start_date=9999-12-31", "start_date: the run must lie between 1950 and 2200, got 9999-12-31"),
        ("halls.main.doors_out=+1e9%", "halls.main.doors_out: expected a whole number, got '+1e9%'"),
        ("roster.roles={}", "roster.roles: {} removes nothing; ~roster.roles.NAME removes one entry"),
        ("roster.roles=[]", "roster.roles: expected a mapping, got []"),
    ],
)
def test_a_word_that_does_not_fit_what_is_composed_is_refused_with_its_key(word, message):
    with pytest.raises(ConfigError) as refused:
        hub(compose([word]))
    assert str(refused.value) == message


def test_a_file_that_changes_is_read_again(small):
    assert compose()["demand"]["flights_per_day"] == 3
    (small / "demand" / "low.yaml").write_text("flights_per_day: 12\n")
    assert compose()["demand"]["flights_per_day"] == 12


def test_load_refuses_what_is_no_hubs():
    with pytest.raises(ConfigError, match=r"^horizn_days: unknown key; did you mean 'horizon_days'\?"):
        load("liege_30k", "+horizn_days=3")
    with pytest.raises(ConfigError, match=r"^horizn_days: unknown key; did you mean 'horizon_days'\?"):
        load(horizn_days=3)
    for words in (["cost.labour.wage_eur_per_h=62"], ["cost=liege"]):
        with pytest.raises(ConfigError, match=r"^cost: a hub has no prices; `replicate` takes those of `load_prices`"):
            load("liege_30k", *words)
    with pytest.raises(ConfigError, match=r"^demand\.typo: unknown key"):
        load("liege_30k", "+demand.typo=1")
    with pytest.raises(InputError, match=r"^scenario: given more than once: "):
        load("liege_30k", "scenario=liege_66k")


def test_a_misspelt_key_in_a_scenario_file_is_found(tmp_path):
    written(tmp_path, {"scenario/mine.yaml": "# @package _global_\nscenario: mine\nhorizn_days: 3\n"})
    with pytest.raises(ConfigError, match=r"^horizn_days: unknown key; did you mean 'horizon_days'\?"):
        load("mine", config_dir=tmp_path)


@pytest.mark.parametrize("group", ["scenario", "study"])
@pytest.mark.parametrize("lists", ["", "defaults: [{override /hall@halls.main: liege_18k}, _self_]\n"])
def test_a_file_without_its_first_line_is_refused_with_it(tmp_path, group, lists):
    written(tmp_path, {f"{group}/mine.yaml": f"{lists}scenario: mine\nhorizon_days: 3\n"})
    with pytest.raises(ConfigError, match=rf"^{group}: the first line of its file must be '# @package _global_'$"):
        compose([f"{group}=mine"], tmp_path)


def test_a_byte_order_mark_is_no_part_of_the_first_line(tmp_path):
    written(tmp_path, {"scenario/mine.yaml": "\ufeff# @package _global_\nscenario: mine\nservice_h: 20\n"})
    assert load("mine", config_dir=tmp_path).service_h == 20


def test_a_group_that_a_hub_has_several_of_says_how_one_is_chosen_and_one_added():
    with pytest.raises(ConfigError, match=r"give hall@halls\.main=liege_18k or \+hall@halls\.NAME=liege_18k$"):
        load("liege_30k", "hall=liege_18k")


def test_a_scenario_chooses_groups_and_the_command_line_wins(small):
    assert compose(["scenario=grown"])["demand"]["flights_per_day"] == 11
    assert compose(["scenario=grown", "demand=low"])["demand"]["flights_per_day"] == 3
    assert compose(["demand=low", "demand.flights_per_day=5"])["demand"]["flights_per_day"] == 5
    assert list(compose(["+site@sites.north=old"])["sites"]) == ["main", "north"]


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("scenario=grwn", "scenario: no 'grwn'; did you mean 'grown'? (known: base, grown)"),
        ("scenario=zzz", "scenario: no 'zzz'; known: base, grown"),
        ("demand=[low,high]", "'demand=[low,high]': demand takes only one name; known: high, low"),
        ("demand.flights_per_dy=3", "demand.flights_per_dy: unknown key; did you mean 'demand.flights_per_day'?"),
        ("sites.main={foo: 1}", "sites.main.foo: does not exist; where names are free, +sites.main.foo=VALUE adds it"),
        ("demnd=low", "demnd: unknown key; did you mean 'demand'?"),
        ("site@sites.mian=new", "site@sites.mian: unknown key; did you mean 'sites.main'?"),
        ("sites.main.area_m2", "'sites.main.area_m2': expected KEY=VALUE, such as scenario=liege_66k, or +KEY=VALUE"),
        ("hydra.run.dir=x", "'hydra.run.dir=x': Hydra's own settings have no effect here; --out DIR chooses"),
        ("+hydra/launcher=x", "'+hydra/launcher=x': Hydra's own settings have no effect here; workers=N"),
        (
            "seed=1,2",
            "'seed=1,2': several values; only sweep, capacity and select take them; a list needs brackets: seed=[…]; ",
        ),
        (
            "seed=a,2",
            "'seed=a,2': several values; only sweep, capacity and select take them; a list needs brackets: seed=[…]",
        ),
        ("seed=+20", "'seed=+20': write a number without +; to add a share: seed=+20%"),
        ("seed = 2", "'seed = 2': remove the blank before ="),
        ("=3", "'=3': expected a key"),
        ("seed=[1", "'seed=[1': a bracket is not closed; put a word with blanks in quotes: 'seed=[…]'"),
        ("seed='3", '"seed=\'3": a quote is not closed; remove it, or add the closing one'),
        ("seed=#3", "'seed=#3': '#' needs quotes around the value"),
        ("seed=1,", "'seed=1,': remove the comma at the end"),
        (
            "lanes.New York=1",
            "'lanes.New York=1': a key cannot contain 'New York'; give it in a mapping: 'lanes={New York: …}'",
        ),
        ("lanes.Øst.km=1", "'lanes.Øst.km=1': a key cannot contain 'Øst'; change a file of --config-dir"),
        ("seed=1;2", "'seed=1;2': separate several values with commas: seed=1,2"),
        ("observed=gone.csv", "observed: unknown key here; cargohub calibrate takes it"),
        ("+seed=4", "seed: exists; +KEY=VALUE adds a new key, KEY=VALUE changes one"),
        ("seed=1 demand=low", "'seed=1 demand=low': several words in one; quotes go around one KEY=VALUE only"),
        ("seed={a:b,c:0,4}", "'seed={a:b,c:0,4}': a number has a decimal point, no comma"),
        ("area_m2=3", "area_m2: unknown key; did you mean 'sites.main.area_m2'?"),
        ("flights=5", "flights: unknown key; did you mean 'demand.flights_per_day'?"),
        ("days=4", "days: unknown key; did you mean 'demand.flights_per_day'?"),
        ("seed=${nope}", "seed: Interpolation key 'nope' not found"),
        ("seed=???", "Missing mandatory value: seed"),
        ("site@sites.main=new", "sites.main.area_m2: Interpolation key 'area' not found"),
        ("~nothing", "nothing: unknown key; known: demand, scenario, site, seed, name, demand.flights_per_day,"),
    ],
)
def test_a_mistaken_word_is_answered_on_one_line(small, word, message):
    assert refusal(word).startswith(message)


def test_a_folder_of_the_users_adds_to_the_packaged_one(small, own):
    assert scenarios(own) == ["base", "grown", "mine"]
    assert compose(["scenario=mine"], own)["name"] == "mine"
    assert (
        refusal("scenario=mne", config_dir=own) == "scenario: no 'mne'; did you mean 'mine'? (known: base, grown, mine)"
    )


def test_a_users_file_with_a_packaged_name_is_refused(small, own):
    written(own, {"demand/low.yaml": "flights_per_day: 1\n"})
    assert "demand/low.yaml is also the name of a packaged file" in refusal(config_dir=own)


def test_a_missing_folder_is_named(small, tmp_path):
    assert refusal(config_dir=tmp_path / "nope") == f"--config-dir: no folder '{tmp_path / 'nope'}'"


@pytest.mark.parametrize(
    "text",
    [
        "a: [1\n",
        "a: 1\na: 2\n",
        "- 1\n",
        "defaults: [{nope: 1}]\n",
        "defaults: 3\n",
        "\ta: 1\n",
        f"seed: {'9' * 5000}\n",
    ],
)
def test_a_broken_file_is_one_line(small, own, text):
    written(own, {"scenario/broken.yaml": f"# @package _global_\n{text}"})
    assert "broken" in refusal("scenario=broken", config_dir=own)


def test_a_file_that_a_scenario_names_and_that_is_not_there_is_named(small, own):
    written(own, {"scenario/gone.yaml": "# @package _global_\ndefaults: [override /demand: lo, _self_]\n"})
    assert refusal("scenario=gone", config_dir=own).startswith("demand: no 'lo'; did you mean 'low'?")


def test_a_scenario_that_names_itself_or_has_no_name_is_refused(small, own):
    written(own, {"scenario/circle.yaml": "# @package _global_\ndefaults: [circle, _self_]\n"})
    assert "files that lists 'defaults' name, refer to each other" in refusal("scenario=circle", config_dir=own)
    with pytest.raises(ConfigError, match=r"^scenario: missing; the file of a scenario has its name, as a line"):
        hub({})


def test_a_scenario_that_has_the_name_of_another_file_is_refused(tmp_path):
    head = "# @package _global_\n"
    copy = f"{head}defaults: [regional_gateway, _self_]\nscenario: regional_gateway\n"
    lists = f"{head}defaults: [override /scenario: mine, _self_]\n"
    files = {
        "scenario/copy.yaml": copy,
        "scenario/mine.yaml": copy.replace("scenario: regional_gateway", "scenario: mine"),
    }
    written(tmp_path, files | {"study/lists.yaml": lists, "study/sets.yaml": f"{head}scenario: mine\n"})
    assert compose(["scenario=mine", "study=sets"], tmp_path)["scenario"] == "mine"
    assert compose(["study=lists"], tmp_path)["apron"]["stands"] == 4
    message = refusal("scenario=copy", config_dir=tmp_path)  # whose printed commands would simulate the packaged one
    assert message.startswith(
        "scenario: 'regional_gateway' is not the chosen file, 'copy'; a scenario's file has its name"
    )
    assert refusal("study=sets", config_dir=tmp_path).startswith(
        "scenario: 'mine' is not the chosen file, 'liege_30k'; "
    )


def test_a_file_that_is_not_text_is_one_line(small, own):
    (own / "scenario" / "broken.yaml").write_bytes(b"\xff\xfe\x00a")
    assert "broken.yaml: not UTF-8 text" in refusal("scenario=broken", config_dir=own)


def test_a_sweep_has_the_points_of_all_combinations(small):
    assert sweep_points(["seed=1,2", "~name", "demand=low,high"]) == [
        ("seed=1", "~name", "demand=low"),
        ("seed=1", "~name", "demand=high"),
        ("seed=2", "~name", "demand=low"),
        ("seed=2", "~name", "demand=high"),
    ]
    assert sweep(["demand=glob(*)"]) == [("demand=high",), ("demand=low",)]
    assert sweep_points(["seed=range(1,4)"]) == [("seed=1",), ("seed=2",), ("seed=3",)]
    assert sweep_points(["seed=3"]) == [("seed=3",)]


@pytest.mark.parametrize(
    "word",
    [
        "seed=interval(1,2)",
        "seed=shuffle(1,2)",
        "seed=shuffle(range(1,3))",
        "seed=range(1,2,0)",
        "seed=range(1,1e12)",
        "x=glob(*)",
    ],
)
def test_a_sweep_without_fixed_points_is_refused(word):
    with pytest.raises(CargohubError) as caught:
        sweep([word])
    assert "\n" not in str(caught.value)


def test_composing_leaves_another_hydra_alone(small):
    with hydra.initialize_config_dir(str(small), version_base="1.3"):
        theirs = GlobalHydra.instance().hydra
        compose(["demand=high"])
        refusal("nope=1")
        assert GlobalHydra.instance().hydra is theirs


def test_threads_may_compose_at_once(small):
    found = []
    threads = [threading.Thread(target=lambda n=n: found.append(compose([f"seed={n}"])["seed"])) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == list(range(6))


def test_the_hub_reads_only_its_own_keys():
    assert hub({**compose(), "replications": 99}) == load()
