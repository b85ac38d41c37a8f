"""What `cargohub --help` says: the verbs, with one line and one page each.

Plain text, so that help needs no other import.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final


@dataclass(frozen=True, slots=True)
class Verb:
    """A verb of the command line: its line in the list, its own page, and whether it takes `--show`."""

    summary: str
    text: str
    is_composed: bool


VERBS: Final[Mapping[str, Verb]] = MappingProxyType(
    {
        "run": Verb(
            "replicate one scenario, and report its KPIs",
            """Simulates one scenario, `replications` times, and reports every KPI with its 95 % interval.

  cargohub run                                       the hub as it is
  cargohub run scenario=liege_100k demand=permit     another scenario, another demand
  cargohub run seed=2 replications=10 workers=1      other draws, more of them, on one core
  cargohub run execution=dask execution.address=tcp://HOST:8786   on a cluster: docs/cluster.md
  cargohub run halls.main.area_m2=40000 --show       what would run, without running it""",
            is_composed=True,
        ),
        "compare": Verb(
            "scenarios side by side, under common random numbers",
            """Simulates several scenarios with the same parcels and the same draws, and reports the paired differences.

  cargohub compare study=first_light                           the packaged study
  cargohub compare 'scenarios=[liege_30k,liege_66k]' replications=10
  cargohub compare 'designs=[liege_30k, liege_30k halls.main.doors_out=26]'   a scenario with and without a change
  cargohub compare designs=FILE                                designs of a spreadsheet, as for sweep
  cargohub compare study=first_light 'demands=[permit]' --json
  cargohub compare study=first_light family=none               each difference alone

Differences are to the first design. Those of a KPI are a family: with family=holm, the rule, or dunnett their intervals
hold all together, and so do the statements at p_family of at most 0.05.""",
            is_composed=True,
        ),
        "sweep": Verb(
            "a grid of values, scenarios among them",
            """Simulates every combination of the values given, each replication with the same draws at every point.

  cargohub sweep demand.flights_per_day=3,5,7,9
  cargohub sweep 'demand.flights_per_day=range(3,12,0.5)' scenario=liege_66k
  cargohub sweep 'scenario=glob(*)' demand=today,permit        every scenario under each demand
  cargohub sweep designs=FILE                                  designs of a spreadsheet, CSV or XLSX, one a row

FILE has a column `name`, and one for each key that a design sets, as halls.main.area_m2; an empty cell sets none.""",
            is_composed=True,
        ),
        "capacity": Verb(
            "the highest demand that scenarios sustain, and its bottleneck there",
            """Looks for the most flights a day that each scenario sustains: on time at least `capacity.target`, and the
backlog level. Each replication has its threshold, by bisection under common random numbers; then says of which
resource 10 % more would help most there.

  cargohub capacity                                            the packaged study, some fifteen minutes on two cores
  cargohub capacity 'scenarios=[liege_30k]' replications=5
  cargohub capacity 'scenarios=[liege_30k]' halls.main.breakdown_stations=6,8,10,12   a curve, and its picture
  cargohub capacity 'scenarios=[liege_30k]' capacity.binding=false                    the thresholds alone
  cargohub capacity 'scenarios=[liege_30k,liege_100k]' capacity.target=0.9 capacity.tolerance=0.2 --json""",
            is_composed=False,
        ),
        "decompose": Verb(
            "the gain between two scenarios, split into floor, machines, people, doors",
            """Swaps factors from the first scenario to the second, in all combinations, with the same draws, and splits
the gain of each KPI into what each factor contributes over all orders (Shapley), with intervals.
configs/study/decompose.yaml says which fields belong to which factor; fields in none are told as `rest`.

  cargohub decompose demand=permit                             from 30,000 to 100,000 m²
  cargohub decompose 'scenarios=[liege_30k,liege_66k]' 'decompose.kpis=[on_time_share,dwell_mean_h]' replications=10
  cargohub decompose 'scenarios=[liege_66k,mine]' --config-dir DIR precision.on_time_share=0.01 --json

A combination with more units than fit its hall is simulated with units standing closer, and named.""",
            is_composed=False,
        ),
        "sensitivity": Verb(
            "which numbers matter most: Morris screening, then Sobol indices",
            """Varies many numbers at once, each over a range of its own, and says which move a KPI most: by elementary
effects of all factors, then by indices of those that matter most, with the same draws at every point.
Needs the extra study.

  cargohub sensitivity                                         the packaged study; it says beforehand how much that is
  cargohub sensitivity sensitivity.method=morris sensitivity.trajectories=20 replications=5
  cargohub sensitivity sensitivity.method=sobol '~sensitivity.factors.trailer' --json
  cargohub sensitivity sensitivity.factors.flights.high=6 'sensitivity.kpis=[dwell_p95_h]'

configs/study/sensitivity.yaml has the factors; one of your own: a study file in --config-dir DIR.""",
            is_composed=False,
        ),
        "optimise": Verb(
            "designs on the front of two goals, such as cost and service",
            """Tries designs over ranges of any fields, and finds those that no other is as good as in both goals and
better in one; each with its interval, and the command that runs it again. What does not fit is not simulated. Needs the
extra study.

  cargohub optimise                                            the packaged study: cost against service, today's traffic
  cargohub optimise demand=permit scenario=liege_66k optimise.trials=960
  cargohub optimise 'optimise.minimise=[area_m2]' optimise.sampler=tpe --json
  cargohub optimise 'optimise.minimise=[posts_h_per_day,dwell_p95_h]' 'optimise.maximise=[]'

configs/study/optimise.yaml has the variables, configs/cost the prices; others: files of yours in --config-dir DIR.""",
            is_composed=False,
        ),
        "shadow-price": Verb(
            "what one more m² of each zone is worth a year",
            """Enlarges each zone of the halls step by step, in whole units with their people and equipment, and says
what a m² of each step is worth a year at each demand, with the same draws throughout; against the rent, and which zone
is to be enlarged first.

  cargohub shadow-price                                        the packaged study, some fifteen minutes on two cores
  cargohub shadow-price 'shadow_price.flights_per_day=[9,10,11]' scenario=liege_66k
  cargohub shadow-price 'shadow_price.zones=[machines,doors]' shadow_price.step_m2=300 shadow_price.steps=4
  cargohub shadow-price shadow_price.prices.site.tenure=built replications=10 horizon_days=28 --json

configs/study/shadow_price.yaml has the steps, configs/cost the prices; docs/money.md what is counted.""",
            is_composed=False,
        ),
        "customs": Verb(
            "what checks find, against officers' hours and delay",
            """Sets one control after the other (examination, X-ray, document checks) to several values, and says what
each finds more than the hub as configured: detections an officer's hour, and hours of delay a detection, with the same
draws throughout.

  cargohub customs                                             the packaged study at customs_today
  cargohub customs scenario=customs_no_prelodgement replications=8
  cargohub customs 'frontier.documents.values=[0,0.01,0.03]' '~frontier.X-ray' --json
  cargohub customs customs.declared.hit_share=0.15 halls.main.customs_desks=3

configs/study/customs.yaml has the controls; docs/customs.md says what is declared, selected and found.""",
            is_composed=False,
        ),
        "select": Verb(
            "the cheapest of many designs that meets a service level, with a stated probability",
            """Replicates designs in stages, and drops each as soon as it is known to miss the target, or to be dearer
than one that meets it. Says of every design how many replications it got, and why it was dropped.

  cargohub select designs=options.csv                          a row a design: name, cost, and keys of the hub
  cargohub select designs=options.xlsx select.target=0.98 select.alpha=0.01 demand=permit
  cargohub select 'halls.main.breakdown_workers=range(32,60,4)' select.cost=staff_h_per_day select.indifference=20
  cargohub select designs=options.csv select.method=ocba select.budget=300 --json

The cost is the file's column `cost`, area_m2, or a KPI of which less is better. select.method=kn and kn++ promise to be
right with a probability of 1 - select.alpha; ocba spends a budget where it tells most, and estimates it.""",
            is_composed=False,
        ),
        "expansion": Verb(
            "expansion paths over years: when, how much, under a permit that may not come",
            """Lays paths of expansion side by side over years: phases with dates or rules, what others decide as a tree
with probabilities, growth of demand, money. Says which path has the highest expected net present value, how surely,
what each loses against hindsight, what it would be worth to know, and what would turn the choice.

  cargohub expansion                                           the packaged study, some four minutes on two cores
  cargohub expansion '~expansion.paths.second_site' expansion.years=10
  cargohub expansion +paths@expansion.paths.mine=mine --config-dir DIR         a path of yours beside the others
  cargohub expansion expansion.stages.permit.results.granted.probability=0.1 \\
      expansion.stages.permit.results.refused.probability=0.35 --json

configs/study/expansion.yaml has the tree and the growth, configs/paths the paths, configs/cost the prices;
docs/expansion.md tells how it is computed.""",
            is_composed=False,
        ),
        "calibrate": Verb(
            "indices of months and weekdays from an airport's traffic",
            """Estimates a calendar of arrivals from EUROCONTROL's daily airport traffic (CSV), looks for breaks in its
level, and writes an arrivals configuration, the estimates and a picture to DIR (calibration/AIRPORT).

  cargohub calibrate airport_traffic.csv                       all that the file has
  cargohub calibrate airport_traffic.csv --from 2022-04-01 --to 2024-05-31 --out DIR
  cargohub calibrate airport_traffic.csv airport=EBLG column=FLT_TOT_1 --json
  cargohub run --config-dir DIR arrivals=eblg                  a run with what was written

--from and --to are the first and last day; a year at least, of every month some days.""",
            is_composed=False,
        ),
        "schedule": Verb(
            "an airport's flights from a timetable, for a run to replay",
            """Reads a timetable in IATA's SSIM (chapter 7) or a CSV of flights, says what is in it, and writes the
flights to one airport, by default the freighters to LGG, and a picture of their week to DIR (schedule/AIRPORT).

  cargohub schedule winter.ssim                                freighters to LGG
  cargohub schedule winter.ssim airline=CV,5X type=77X,74Y from=2022-09-05 to=2022-09-25 --out DIR
  cargohub schedule winter.ssim airport=RUN service=all --json  every flight, not F,M,H,A only
  cargohub schedule winter.ssim --skip-bad                     leave damaged records out, and say which
  cargohub run arrivals=file arrivals.schedule=DIR/flights.csv

from= and to= are the first and last day of arrival. Times are the hub's without daylight saving: clock=+0100 is their
distance from UTC, by default Liège's, elsewhere the least that the file has for the airport.""",
            is_composed=False,
        ),
        "reproduce": Verb(
            "a stored run computed again, and compared to the bit",
            """Computes a complete run directory again, from its own config.yaml alone, and says "identical", or which
table, column and row differs first, and why it may. It also names other versions or source code
where the tables agree. A run of unknown origin is safe: nothing in it is executed.

  cargohub reproduce runs/run-liege_30k-557fe08b6b90
  cargohub reproduce RUN --here DIR                  keeps what was computed here, in DIR, which is new or empty
  cargohub reproduce RUN workers=2 --json
  cargohub reproduce RUN schedule=flights.csv        the flights of a run with arrivals=file, checked by their SHA-256

Exit code 0: identical; 1: it differs; 2: no complete run, or one that is damaged.""",
            is_composed=False,
        ),
        "resume": Verb(
            "an interrupted run, gone on with",
            """Goes on with an interrupted run from its own config.yaml, by its folder or the beginning of its hash:
what is finished is kept, what is missing is computed, and the result is told. The same command again does the same.

  cargohub resume runs/run-liege_30k-557fe08b6b90
  cargohub resume 557f                               the one run in --out (runs) whose hash begins so
  cargohub resume RUN workers=2                      or execution=dask: where it is computed may change
  cargohub resume RUN schedule=flights.csv           the flights of a run with arrivals=file

What it finished is believed: a run of unknown origin is for `reproduce`.""",
            is_composed=False,
        ),
        "list": Verb(
            "the runs of a folder",
            """Lists the run directories of DIR (runs), unfinished and damaged ones too: verb, hash, and KPIs.

  cargohub list
  cargohub list DIR --json""",
            is_composed=False,
        ),
        "show": Verb(
            "what a stored run said, again",
            """Prints the table and the warnings of a complete run directory from its stored tables.

  cargohub show runs/run-liege_30k-557fe08b6b90
  cargohub show RUN --json
  cargohub show RUN day=2022-09-14                   draws the stands, stations and doors of a day, too
  cargohub show RUN day=2022-09-14 design=liege_66k  of another design of a comparison than the first""",
            is_composed=False,
        ),
        "trace": Verb(
            "what happened to a flight, a parcel or a truck of a stored run",
            """Tells the history of a flight, a parcel or a truck: each waiting with its cause and who held the
resource, and the way of the parcels that the flight's clearance hung on. Draws it in the run's figures.

  cargohub trace RUN flight=2022W36-003              a key of the table flights, or #12 for number 12
  cargohub trace RUN parcel=2022W36-003/17           row 17 of that flight's parcels
  cargohub trace RUN truck=ES/extra/12 --json        ROUTE/timetabled|extra/SEQUENCE
  cargohub trace RUN flight=2022W36-003 replication=3 scenario=liege_66k --figure flight.svg
  cargohub trace RUN flight=2022W36-003 compare=on_time    what its delay cost: parcels and trucks late because of it

compare=on_time simulates the replication twice, as it was and with that flight on schedule, all other draws the same.

Parcels are stored of the flights in record.parcels_of_flights; for others the replication is simulated again, up to the
day on which the flight's last parcel left. schedule=FILE: the flights of a run with arrivals=file.""",
            is_composed=False,
        ),
        "exposure": Verb(
            "who could read which data of a stored run, and what its goods are worth",
            """Tells which party can read which field of a run's messages, where copies are kept and under whose law,
what policies on data change, how well flows tell weekly demand; and values, duties, VAT and the balance of the goods.
Draws them in the run's figures.

  cargohub run exposure=ledger trade=goods                     a run that keeps both ledgers
  cargohub exposure RUN
  cargohub exposure RUN scenario=liege_66k --json              of another design of a comparison than the first
  cargohub sweep exposure=ledger exposure.policy=null,data_minimised,data_split_custody   what policies cost the hub

docs/exposure.md says what is counted, and how.""",
            is_composed=False,
        ),
        "export": Verb(
            "the tables of a stored run, for other tools",
            """Writes every table of a complete run directory, and what their columns mean, to DIR (export/RUN): a CSV
file each, or one workbook, which holds 16 digits of a number.
A time or an interval that is not there is empty.

  cargohub export RUN --to csv --out DIR
  cargohub export RUN --to xlsx""",
            is_composed=False,
        ),
        "bench": Verb(
            "how fast this machine simulates",
            """Measures parcels a second, stage by stage, and the memory that a replication takes.

  cargohub bench
  cargohub bench scenario=liege_30k demand=today     another design
  cargohub bench exports=none                        imports alone
  cargohub bench scenario=customs_today              with declarations
  cargohub bench --parallel                          a study of 40 replications on two workers, and on one
  cargohub bench --json""",
            is_composed=False,
        ),
        "verify": Verb(
            "the model against theory, the reference model and its laws",
            """Compares the model with closed forms of queueing theory and with the parcel-by-parcel reference model.

  cargohub verify
  cargohub verify examples=1000                      more random hubs against the reference
  cargohub verify --slow                             the checks that take minutes, too""",
            is_composed=False,
        ),
    }
)


def module_of(verb: str) -> str:
    """The module that carries a verb out."""
    return f"experiments.studies.{verb.replace('-', '_')}"


OPTIONS: Final = """options, before or after the words:
  --json            the result as one JSON document on standard output
  --out DIR         folder for run directories (runs)
  --quiet           no progress
  --config-dir DIR  a folder with configuration groups of your own (DIR/scenario/mine.yaml: scenario=mine)
  --show            print the composed configuration, checked, and stop (run, compare, sweep)
  --slow            the checks that take minutes, too (verify)
  --parallel        two workers against one (bench)
  --help, -h        this text; after a verb, the verb's own
  --version         the version

words:
  KEY=VALUE         another value: horizon_days=21, demand=permit, halls.main.doors_out=20
  +KEY=VALUE, ~KEY  one more key, one less"""


def page(verb: str | None) -> str:
    """The text of `--help`, for one verb or for all."""
    if verb is not None:
        return f"usage: cargohub {verb} [WORDS] [OPTIONS]\n\n{VERBS[verb].text}\n\n{OPTIONS}"
    lines = "\n".join(f"  {name:<12} {entry.summary}" for name, entry in VERBS.items())
    return f"""usage: cargohub VERB [WORDS] [OPTIONS]

A simulation of an air-cargo e-commerce hub: what breaks first as traffic grows, and what floor space buys.

verbs:
{lines}

examples:
  cargohub compare study=first_light
  cargohub run scenario=liege_100k demand=permit
  cargohub sweep demand.flights_per_day=3,5,7,9
  cargohub run --help

{OPTIONS}"""
