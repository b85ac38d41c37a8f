"""A diagram's places and paths, for text or drawing."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """A place at a row and column of the diagram, counted from 0; `is_end`: things enter or leave here."""

    name: str
    label: str
    row: int
    column: int
    is_end: bool = False


@dataclass(frozen=True, slots=True)
class Edge:
    origin: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    caption: str
    nodes: Sequence[Node]
    edges: Sequence[Edge]


def mermaid(graph: Graph) -> str:
    """The diagram in the language of Mermaid, which many readers of Markdown draw.

    >>> print(mermaid(Graph("", [Node("a", "Flights", 0, 0, True), Node("b", "Stands: 6", 1, 0)], [Edge("a", "b")])))
    flowchart TD
      a(["Flights"])
      b["Stands: 6"]
      a --> b
    """
    lines = ["flowchart TD"]
    for node in graph.nodes:
        opening, closing = ('(["', '"])') if node.is_end else ('["', '"]')
        lines.append(f"  {node.name}{opening}{_quoted(node.label)}{closing}")
    for edge in graph.edges:
        label = f'|"{_quoted(edge.label)}"|' if edge.label else ""
        lines.append(f"  {edge.origin} -->{label} {edge.target}")
    return "\n".join(lines)


def _quoted(text: str) -> str:
    return text.replace('"', "#quot;").replace("\n", "<br/>")
