"""Hours of people by role: worked, paid, and waited for."""

from sim.domain.roles import ROLES
from sim.inputs.staffing import people_a_post, people_at_work
from sim.measures.kpis.declaring import LESS, NEITHER, Group, Measured, shared
from sim.measures.kpis.use import busy_hours
from sim.measures.staff import paid_hours, understaffed_hours

PEOPLE = Group("people")
OWN = tuple(name for name, role in ROLES.items() if not role.is_of_customs)
"""The hub's own roles, without those at customs' controls."""
_IN_USE = {
    "workers": "stations",
    "inductions": "machines",
    "dock_workers": "doors",
    "dock_workers_in": "doors_in",
    "build_up_workers": "build_up_places",
}
"""The resource that people use while they work, where it has another name than their posts."""


@shared
def worked_hours(run: Measured) -> dict[str, float]:
    """Hours worked in the measured days, by role."""
    return {
        name: busy_hours(run, _IN_USE.get(role.kind, role.kind)) * people_at_work(run.config, name)
        for name, role in ROLES.items()
    }


@shared
def paid_per_day(run: Measured) -> dict[str, float]:
    """Paid hours a measured day, by role."""
    days = run.window.days
    return {role: paid_hours(run.inputs, run.record, role) * people_a_post(run.config, role) / days for role in ROLES}


def _by_role(meaning: str, label: str) -> dict[str, tuple[str, str]]:
    return {name: (f"{meaning}: {role.meaning}", f"{label}: {role.label}") for name, role in ROLES.items()}


@PEOPLE.family("staff_h_per_day_{}", _by_role("hours worked", "Staff, hours at work"), "h/d", NEITHER)
def staff_hours(run: Measured, role: str) -> float:
    return worked_hours(run)[role] / run.window.days


@PEOPLE.family(
    "staff_h_paid_per_day_{}", _by_role("hours on the roster and after it", "Staff, paid hours"), "h/d", NEITHER
)
def staff_hours_paid(run: Measured, role: str) -> float:
    return paid_per_day(run)[role]


_WAITS, _UNMANNED = (
    _by_role(f"hours {meaning}", "Work waits for")
    for meaning in (
        "for which work waits because no person is free, added up over halls",
        "with work while not all posts are manned, added up over halls and machines",
    )
)


@PEOPLE.family(
    "understaffed_h_per_day_{}",
    _WAITS | {role: _UNMANNED[role] for role in ("induction", "packout")},
    "h/d",
    LESS,
)
def staff_hours_lacked(run: Measured, role: str) -> float:
    return understaffed_hours(run.inputs, run.record, role) / run.window.days
