"""Hours of people by role: worked, paid, and waited for."""

from sim.domain.roles import ROLES
from sim.inputs.staffing import people_a_post
from sim.measures.kpis.declaring import LESS, NEITHER, Group, Measured, shared
from sim.measures.kpis.use import busy_hours
from sim.measures.staff import paid_hours, understaffed_hours

PEOPLE = Group("people")
OWN = tuple(name for name, role in ROLES.items() if not role.is_of_customs)
"""The hub's own roles: without those at customs' controls."""


@shared
def worked_hours(run: Measured) -> dict[str, float]:
    """Hours worked in the measured days, by role."""
    busy, config = busy_hours(run), run.config
    return {
        "unloading": busy["loader_sets"] * config.apron.crew_per_loader_set,
        "tugs": busy["tugs"],
        "breakdown": busy["stations"] * config.breakdown.workers_per_station,
        "induction": busy["machines"] * config.sorting.inductions,
        "handcoding": busy["handcoding_desks"],
        "packout": busy["packout_posts"],
        "manual_sort": busy["manual_sort_posts"],
        "docks": busy["doors"] * config.outbound.workers_per_truck,
        "customs": busy["customs_desks"],
        "xray": busy["xray_lanes"],
        "transit": busy["transit_desks"],
        "uld_xray": busy["uld_xrays"],
        "docks_in": busy["doors_in"] * config.exports.collections.workers_per_truck,
        "screening": busy["screening_lines"],
        "hand_sorting": busy["hand_sorting_posts"],
        "build_up": busy["build_up_places"] * config.exports.build_up.workers_per_place,
        "outbound_tugs": busy["outbound_tugs"],
    }


@shared
def paid_per_day(run: Measured) -> dict[str, float]:
    """Paid hours a measured day, by role."""
    days = run.window.days
    return {role: paid_hours(run.inputs, run.record, role) * people_a_post(run.config, role) / days for role in ROLES}


@PEOPLE.family(
    "staff_h_per_day_{}",
    {name: (f"hours worked: {role.meaning}", f"Staff: {name}") for name, role in ROLES.items()},
    "h/d",
    NEITHER,
)
def staff_hours(run: Measured, role: str) -> float:
    return worked_hours(run)[role] / run.window.days


@PEOPLE.family(
    "staff_h_paid_per_day_{}",
    {
        name: (f"hours on the roster and after it: {role.meaning}", f"Staff paid: {name}")
        for name, role in ROLES.items()
    },
    "h/d",
    NEITHER,
)
def staff_hours_paid(run: Measured, role: str) -> float:
    return paid_per_day(run)[role]


@PEOPLE.family(
    "understaffed_h_per_day_{}",
    {name: (f"work waits for people: {role.meaning}", f"Work waits for: {name}") for name, role in ROLES.items()},
    "h/d",
    LESS,
)
def staff_hours_lacked(run: Measured, role: str) -> float:
    return understaffed_hours(run.inputs, run.record, role) / run.window.days
