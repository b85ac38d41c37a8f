"""What each party sees under a policy on data, and whether the process still works."""

from collections.abc import Iterator
from dataclasses import dataclass

from sim.config.bounds import unknown
from sim.config.exposure import AFTER_RELEASE, Copy, DataPolicy, Exposure, Inference, Lookup, Message, Watch


@dataclass(frozen=True, slots=True)
class Seen:
    """Days that a field of a copy stays in clear, and then under a pseudonym."""

    clear_days: int
    pseudonym_days: int


@dataclass(frozen=True, slots=True)
class View:
    """A receiver's copy of a message, as the policy leaves it."""

    message: str
    sender: str
    receiver: str
    system: str
    location: str
    jurisdiction: str
    operator: str
    readers: tuple[str, ...]
    """The receiver, and the system's operator if it can read the copy."""
    fields: dict[str, Seen]

    @property
    def clear(self) -> frozenset[str]:
        """Fields that are in clear for at least a day."""
        return frozenset(name for name, seen in self.fields.items() if seen.clear_days)


def policy_of(exposure: Exposure, name: str | None) -> DataPolicy | None:
    return None if name is None else exposure.policies[name]


def lookup_in_force(exposure: Exposure) -> Lookup | None:
    """The lookup that the policy in force requires at the hub, if any."""
    policy = policy_of(exposure, exposure.policy) if exposure.is_on else None
    return policy.lookup if policy else None


def views(exposure: Exposure, policy: DataPolicy | None) -> tuple[View, ...]:
    """Every copy of every message, in configured order. A message has the fields that its sender still knows."""
    return tuple(_view(exposure, policy, sending) for sending in _deliveries(exposure, policy))


@dataclass(frozen=True, slots=True)
class _Delivery:
    """A copy of a message under a policy: the fields for its receiver, and all that its sender knows by then."""

    name: str
    message: Message
    receiver: str
    copy: Copy
    fields: tuple[str, ...]
    known: frozenset[str]


def _deliveries(exposure: Exposure, policy: DataPolicy | None) -> Iterator[_Delivery]:
    """All copies in configured order. A sender knows the fields that it produces and those that it has received."""
    known = {name: set(party.produces) for name, party in exposure.parties.items()}
    for name, message in exposure.messages.items():
        of_sender = frozenset(known[message.sender])
        for receiver, copy in message.receivers.items():
            fields = _meant_for(policy, message, receiver, copy)
            yield _Delivery(name, message, receiver, copy, fields, of_sender)
            known[receiver] |= of_sender.intersection(fields)


def _meant_for(policy: DataPolicy | None, message: Message, receiver: str, copy: Copy) -> tuple[str, ...]:
    if policy is None:
        return message.fields
    hidden = policy.hidden.get(receiver, ())
    return tuple(
        field for field in message.fields if field not in hidden and (not policy.minimised or field in copy.needs)
    )


def _view(exposure: Exposure, policy: DataPolicy | None, sending: _Delivery) -> View:
    system = exposure.systems[sending.copy.system]
    operator, jurisdiction = system.operator, system.jurisdiction
    if policy and operator in policy.operators:
        operator = policy.operators[operator]
        jurisdiction = exposure.parties[operator].jurisdiction
    is_sealed = policy is not None and sending.copy.system in policy.sealed
    return View(
        sending.name,
        sending.message.sender,
        sending.receiver,
        sending.copy.system,
        system.location,
        jurisdiction,
        operator,
        (sending.receiver,) if is_sealed else tuple(dict.fromkeys((sending.receiver, operator))),
        {
            field: _seen(policy, sending.message, sending.copy, field)
            for field in sending.fields
            if field in sending.known
        },
    )


def _seen(policy: DataPolicy | None, message: Message, copy: Copy, field: str) -> Seen:
    kept_days = copy.retention_days
    if policy and policy.retention and copy.system in policy.retention.systems:
        kept_days = min(kept_days, policy.retention.days)
    pseudonyms = policy.pseudonymised if policy else None
    if pseudonyms is None or copy.system not in pseudonyms.systems or field not in pseudonyms.fields:
        return Seen(kept_days, 0)
    if message.event in AFTER_RELEASE:
        # A receiver that needs the field looks it up on that day, and then keeps the pseudonym.
        clear = min(1, kept_days) if field in copy.needs else 0
    else:
        clear = min(pseudonyms.clear_days, kept_days)
    return Seen(clear, kept_days - clear)


def check_exposure(exposure: Exposure) -> None:
    """Check that messages, policies and watch fit the parties and systems.

    Raises:
        ValueError: the first mistake, with its key.
    """
    if not exposure.is_on:
        return
    for mistake in _mistakes(exposure):
        raise ValueError(f"exposure.{mistake}")


def _mistakes(exposure: Exposure) -> Iterator[str]:
    yield from _mistakes_of_places(exposure)
    yield from _mistakes_of_messages(exposure)
    yield from _unknown_fields(exposure, None)
    if exposure.policy is not None:
        yield from unknown("policy", "no policy", (exposure.policy,), exposure.policies)
    for name, policy in exposure.policies.items():
        yield from (f"policies.{name}.{mistake}" for mistake in _mistakes_of_policy(exposure, policy))
    if exposure.watch is not None:
        yield from (f"watch.{mistake}" for mistake in _mistakes_of_watch(exposure, exposure.watch))


def _mistakes_of_places(exposure: Exposure) -> Iterator[str]:
    for name, party in exposure.parties.items():
        if not party.jurisdiction:
            yield f"parties.{name}.jurisdiction: a party needs a jurisdiction"
    for name, system in exposure.systems.items():
        for key in ("jurisdiction", "location"):
            if not getattr(system, key):
                yield f"systems.{name}.{key}: a system needs a value for {key}"
        yield from unknown(f"systems.{name}.operator", "no party", (system.operator,), exposure.parties)


def _mistakes_of_messages(exposure: Exposure) -> Iterator[str]:
    produced = _produced(exposure)
    for name, message in exposure.messages.items():
        key = f"messages.{name}"
        yield from unknown(f"{key}.sender", "no party", (message.sender,), exposure.parties)
        yield from unknown(f"{key}.receivers", "no party", tuple(message.receivers), exposure.parties)
        yield from unknown(f"{key}.fields", "no party produces the field", message.fields, produced)
        for receiver, copy in message.receivers.items():
            yield from unknown(f"{key}.receivers.{receiver}.system", "no system", (copy.system,), exposure.systems)
            yield from unknown(f"{key}.receivers.{receiver}.needs", "not in the message:", copy.needs, message.fields)
    for of in Inference.__dataclass_fields__:
        yield from unknown(f"inference.{of}", "no field", getattr(exposure.inference, of), produced)


def _produced(exposure: Exposure) -> tuple[str, ...]:
    """Fields that some party produces, in configured order."""
    return tuple(dict.fromkeys(field for party in exposure.parties.values() for field in party.produces))


def _mistakes_of_policy(exposure: Exposure, policy: DataPolicy) -> Iterator[str]:
    pseudonyms, retention = policy.pseudonymised, policy.retention
    yield from unknown("hidden", "no party", tuple(policy.hidden), exposure.parties)
    yield from unknown("operators", "no party", (*policy.operators, *policy.operators.values()), exposure.parties)
    for key, systems in (
        ("pseudonymised.systems", pseudonyms.systems if pseudonyms else ()),
        ("retention.systems", retention.systems if retention else ()),
        ("sealed", policy.sealed),
    ):
        yield from unknown(key, "no system", systems, exposure.systems)
    fields = {f"hidden.{party}": hidden for party, hidden in policy.hidden.items()}
    fields["pseudonymised.fields"] = pseudonyms.fields if pseudonyms else ()
    for key, named in fields.items():
        yield from unknown(key, "no party produces the field", named, _produced(exposure))
    for name, message in exposure.messages.items():
        for receiver, copy in message.receivers.items():
            for field in copy.needs:
                if field in policy.hidden.get(receiver, ()):
                    yield f"hidden.{receiver}: hides {field!r}, which {receiver} needs in {name}"
                is_late = pseudonyms and message.event in AFTER_RELEASE and copy.system in pseudonyms.systems
                if pseudonyms and is_late and field in pseudonyms.fields and policy.lookup is None:
                    yield (f"pseudonymised.fields: hides {field!r}, which {receiver} needs in {name}; add a lookup")
    if policy.sealed and policy.lookup is None:
        yield "sealed: sealed data are read with a key that is kept elsewhere; add a lookup"
    yield from _unknown_fields(exposure, policy)


def _mistakes_of_watch(exposure: Exposure, watch: Watch) -> Iterator[str]:
    parties, fields = tuple(exposure.parties), _produced(exposure)
    yield from unknown("auditors", "no party or authority", watch.auditors, (*parties, *watch.authorities))
    for name, group in watch.groups.items():
        yield from unknown(f"groups.{name}", "no party or authority", group, (*parties, *watch.authorities))
    for key, what, shares, names in (
        ("logged_of_party", "party", watch.logged_of_party, parties),
        ("logged_of_field", "field", watch.logged_of_field, fields),
    ):
        yield from unknown(key, f"no {what}", shares, names)
        yield from (f"{key}: no share for {what} {name!r}" for name in names if name not in shares)
    places = [where for system in exposure.systems.values() for where in (system.location, system.jurisdiction)]
    laws = [party.jurisdiction for party in exposure.parties.values()]
    yield from unknown("eu", "no jurisdiction or location", watch.eu, dict.fromkeys((*places, *laws)))


def _unknown_fields(exposure: Exposure, policy: DataPolicy | None) -> Iterator[str]:
    """A message for each field that a sender must send but does not know.

    Without a policy a sender must send all fields of the message; with a policy, those that the receiver needs.
    """
    for sending in _deliveries(exposure, policy):
        sender, receiver = sending.message.sender, sending.receiver
        for field in sending.message.fields if policy is None else sending.copy.needs:
            if field not in sending.known and policy is None:
                yield f"messages.{sending.name}.fields: {sender} does not receive {field!r} before"
            elif field not in sending.known:
                way = "minimised" if policy and policy.minimised else "hidden"
                yield f"{way}: hides {field!r} from {sender}, which must send it to {receiver} in {sending.name}"
