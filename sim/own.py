"""Functions from a user's Python file: rules of decisions, KPIs, arrivals of flights, and distributions.

Decorators declare them. The program reads which functions the file has from its text, without executing it. It executes
the text when a function is needed, and only if the text is trusted. A text is trusted if a user typed the file's name,
or `--trust-code` for a stored run, which contains the text.
"""

import ast
import inspect
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from numbers import Real
from types import MappingProxyType
from typing import Any, Final, TypeVar

from sim.errors import InputError
from sim.names import printable, wrong_text
from sim.trusted import executed, printing_apart, raised_in, shown, trusted

F = TypeVar("F", bound=Callable[..., Any])

FILE: Final = "file"
SOURCE: Final = "source"
ARRIVALS: Final = "arrivals"
"""Key of the group `rules` for the function that makes arrivals."""
DISTRIBUTION: Final = "distribution"
MOST_BYTES: Final = 2**20
"""Largest size of a file."""
LARGEST: Final = 1e100
"""Largest number that a function may return, so that sums and squares are finite."""
_BETTER: Final = MappingProxyType({"more": True, "less": False, None: None})


@dataclass(frozen=True, slots=True)
class Declaration:
    """The declaration of a function of the file, from its decorator."""

    kind: str
    parameters: tuple[str, ...] = ()
    """Parameters of the function; a rule has those of its decision."""
    decision: str = ""
    unit: str = ""
    more_is_better: bool | None = None
    label: str = ""
    range: tuple[float, float] | None = None

    def __call__(self, function: F) -> F:
        """Return the function unchanged."""
        return function


def rule(decision: str) -> Declaration:
    """Declare a rule of a decision.

    Args:
        decision: A module of `sim.rules`, such as `truck_leaves`. Its `Rule` describes arguments and result.

    Returns:
        A decorator, which leaves the function unchanged.
    """
    return Declaration("rule", decision=decision)


def kpi(
    unit: str,
    better: str | None,
    label: str = "",
    range: tuple[float, float] | None = None,  # noqa: A002 - as of `sim.measures.kpis`
) -> Declaration:
    """Declare a KPI: a function of a replication's tables by name.

    Each table is a mapping from columns to numpy arrays. The function's docstring is the meaning of the KPI.

    Args:
        unit: The unit that tables and pages show; "1" for a share.
        better: "more", "less", or None for neither.
        label: A heading; if empty, the function's name.
        range: The lowest and highest possible value; None: 0 to 1 for the unit "1", and 0 or more for other units.

    Returns:
        A decorator, which leaves the function unchanged.

    Raises:
        ValueError: An impossible unit, direction or range.
    """
    if not all(isinstance(text, str) for text in (unit, label)) or not unit:
        raise ValueError(f"unit and label are text, and a share has the unit '1'; got {unit!r}, {label!r}")
    if wrong := wrong_text(unit) or wrong_text(label):
        raise ValueError(wrong)
    if better not in _BETTER:
        raise ValueError(f"better is 'more', 'less' or None, got {better!r}")
    ends = tuple(map(float, (0, 1) if range is None else range))
    if len(ends) != 2 or not ends[0] < ends[1]:
        raise ValueError(f"range is the least and the most, got {range!r}")
    possible = None if range is None else (ends[0], ends[1])
    return Declaration("kpi", ("tables",), unit=unit, more_is_better=_BETTER[better], label=label, range=possible)


arrivals: Final = Declaration(ARRIVALS, ("rng", "days", "flights_per_day"))
"""Declare how flights arrive: the scheduled arrivals [min after the first midnight] of a whole run, in any order."""

distribution: Final = Declaration(DISTRIBUTION, ("u",))
"""Declare a distribution: the quantile of a probability u, 0 < u < 1, which must not fall as u rises."""

_DECORATORS: Final[Mapping[str, Any]] = {"rule": rule, "kpi": kpi, ARRIVALS: arrivals, DISTRIBUTION: distribution}


@dataclass(frozen=True, slots=True)
class OwnFunction:
    """A function of the file, as its text declares it."""

    name: str
    declaration: Declaration
    meaning: str
    line: int
    text: str
    """Text of its parameters."""
    signature: inspect.Signature

    def takes(self, parameters: Mapping[str, inspect.Parameter]) -> bool:
        """Whether it can be called with these parameters; keyword-only parameters must have the same names."""
        by_name = {name: None for name, each in parameters.items() if each.kind is each.KEYWORD_ONLY}
        try:
            self.signature.bind(*(None for _ in range(len(parameters) - len(by_name))), **by_name)
        except TypeError:
            return False
        return True


@dataclass(frozen=True, slots=True)
class OwnFile:
    """A user's file: its name, without a path, and its text."""

    name: str
    source: str

    @property
    def functions(self) -> Mapping[str, OwnFunction]:
        """Functions by name, in the order of the file.

        Raises:
            ValueError: invalid Python, an unknown decorator, or a function with other parameters.
        """
        return _functions(self.name, self.source)

    def names(self, kind: str, decision: str = "") -> list[str]:
        """Names of the functions of a kind, and of a decision."""
        sought = (kind, decision)
        return [name for name, f in self.functions.items() if (f.declaration.kind, f.declaration.decision) == sought]

    @property
    def is_trusted(self) -> bool:
        return self.source in trusted()

    def load(self) -> None:
        """Execute the file, unless it was executed before.

        Raises:
            InputError: the file is not trusted, or raises.
        """
        executed(self.name, self.source)

    def call(self, name: str, *arguments: object, **keywords: object) -> Any:  # noqa: ANN401 - whatever it gives
        """The value that a function of the file returns; values of numpy become those of Python.

        Raises:
            InputError: the file is not trusted, or raises.
        """
        module = executed(self.name, self.source)
        try:
            with printing_apart():
                value = getattr(module, name)(*arguments, **keywords)
            return value.tolist() if hasattr(value, "tolist") else value
        except (Exception, SystemExit) as error:
            raise raised_in(self.name, error, f"{name} raises ") from error

    def refuse(self, name: str, value: object, wanted: str) -> InputError:
        """The error for a function that returns an impossible value."""
        return InputError(f"{self.name}: line {self.functions[name].line}: {name} gives {shown(value)}; {wanted}")


def is_number(value: Any) -> bool:  # noqa: ANN401 - whatever a function returns
    """Whether a value that a function returned is a number that can be used; NaN and True are not."""
    is_real = not isinstance(value, bool) and isinstance(value, Real)
    return is_real and bool(-LARGEST <= value <= LARGEST)


_IN_FORCE: ContextVar[OwnFile | None] = ContextVar("own_file", default=None)


def adopt(own_file: OwnFile | None) -> None:
    """Put this file in force in this thread, so that its KPIs and distributions are known by name."""
    _IN_FORCE.set(own_file)


def in_force() -> OwnFile | None:
    return _IN_FORCE.get()


@cache
def _functions(name: str, source: str) -> Mapping[str, OwnFunction]:
    try:
        nodes = ast.parse(source, name).body
    except SyntaxError as error:
        raise ValueError(f"{name}: line {error.lineno}: not valid Python: {error.msg}") from None
    except (ValueError, RecursionError, MemoryError) as error:
        raise ValueError(f"{name}: not valid Python: {error}") from None
    functions: dict[str, OwnFunction] = {}
    for node in nodes:
        for decorator in node.decorator_list if isinstance(node, ast.FunctionDef) else ():
            if (declaration := _declaration(name, decorator)) is None:
                continue
            assert isinstance(node, ast.FunctionDef)
            if node.name in functions:
                raise ValueError(f"{name}: line {node.lineno}: a second function {node.name}")
            meaning = printable(" ".join((ast.get_docstring(node) or "").split()))
            text = ast.unparse(node.args)
            function = OwnFunction(node.name, declaration, meaning, node.lineno, text, _signature(node.args))
            if declaration.parameters:
                kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
                check_takes(name, function, {each: inspect.Parameter(each, kind) for each in declaration.parameters})
            functions[node.name] = function
    return MappingProxyType(functions)


def check_takes(file: str, function: OwnFunction, parameters: Mapping[str, inspect.Parameter], like: str = "") -> None:
    """Refuse a function with other parameters; `like` names a packaged function with the right ones.

    Raises:
        ValueError: the function has other parameters.
    """
    if not function.takes(parameters):
        plain = [each.replace(annotation=each.empty, default=each.empty) for each in parameters.values()]
        decision = function.declaration.decision
        raise ValueError(
            f"{file}: line {function.line}: {function.name}({function.text}):"
            f" {f'a rule of {decision}' if decision else f'@{function.declaration.kind}'} takes"
            f" {inspect.Signature(plain)}{f', as {like} does' if like else ''}"
        )


def _declaration(name: str, decorator: ast.expr) -> Declaration | None:
    """The declaration of a decorator; None for a decorator of other code."""
    target = decorator.func if isinstance(decorator, ast.Call) else decorator
    called = target.id if isinstance(target, ast.Name) else target.attr if isinstance(target, ast.Attribute) else ""
    if called not in _DECORATORS:
        return None
    declaration: object = _DECORATORS[called]
    if isinstance(decorator, ast.Call):
        if isinstance(declaration, Declaration):
            raise ValueError(f"{name}: line {decorator.lineno}: @{called}: write it without parentheses")  # noqa: TRY004
        try:
            arguments = [ast.literal_eval(each) for each in decorator.args]
            keywords = {str(each.arg): ast.literal_eval(each.value) for each in decorator.keywords}
            declaration = _DECORATORS[called](*arguments, **keywords)
        except (TypeError, ValueError) as error:
            reason = "its arguments must be literal values" if "malformed node" in str(error) else error
            raise ValueError(f"{name}: line {decorator.lineno}: @{called}: {reason}") from None
    if not isinstance(declaration, Declaration):
        raise ValueError(f"{name}: line {decorator.lineno}: @{called}: needs values in parentheses")  # noqa: TRY004
    return declaration


def _signature(given: ast.arguments) -> inspect.Signature:
    kinds, none = inspect.Parameter, inspect.Parameter.empty
    positional = [*given.posonlyargs, *given.args]
    n_required = len(positional) - len(given.defaults)
    parameters = [
        kinds(
            each.arg,
            kinds.POSITIONAL_ONLY if at < len(given.posonlyargs) else kinds.POSITIONAL_OR_KEYWORD,
            default=none if at < n_required else None,
        )
        for at, each in enumerate(positional)
    ]
    parameters += [kinds(given.vararg.arg, kinds.VAR_POSITIONAL)] if given.vararg else []
    parameters += [
        kinds(each.arg, kinds.KEYWORD_ONLY, default=none if default is None else None)
        for each, default in zip(given.kwonlyargs, given.kw_defaults, strict=True)
    ]
    return inspect.Signature(parameters + ([kinds(given.kwarg.arg, kinds.VAR_KEYWORD)] if given.kwarg else []))
