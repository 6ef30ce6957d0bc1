"""Small decision models for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

NAMESPACE = "https://www.omg.org/spec/DMN/20230324/MODEL/"


def model(*parts: str, namespace: str = NAMESPACE) -> bytes:
    """A definitions element around its parts."""
    body = "".join(parts)
    head = f'<definitions xmlns="{namespace}" id="definitions" name="m" namespace="urn:m">'
    return f"{head}{body}</definitions>".encode()


def table(
    inputs: Sequence[str],
    outputs: Sequence[str],
    rules: Sequence[Sequence[str]],
    *,
    policy: str = "UNIQUE",
    aggregation: str = "",
    values: str = "",
    default: str = "",
    key: str = "",
) -> str:
    """A decision table; each rule lists its input cells, then its output cells; rule ids are r1, r2 …

    ``key`` stands before all its ids, for a second table in the same model.
    """
    attributes = f'hitPolicy="{policy}"' + (f' aggregation="{aggregation}"' if aggregation else "")
    columns = "".join(
        f'<input id="{key}in{at}"><inputExpression id="{key}ie{at}">'
        f"<text>{escape(text)}</text></inputExpression></input>"
        for at, text in enumerate(inputs, 1)
    )
    allowed = f"<outputValues><text>{escape(values)}</text></outputValues>" if values else ""
    fallback = f"<defaultOutputEntry><text>{escape(default)}</text></defaultOutputEntry>" if default else ""
    columns += "".join(
        f'<output id="{key}out{at}" name="{name}">{allowed}{fallback}</output>'
        for at, name in enumerate(outputs, 1)
    )
    rows = ""
    for number, cells in enumerate(rules, 1):
        kinds = ["inputEntry"] * len(inputs) + ["outputEntry"] * len(outputs)
        entries = "".join(
            f'<{kind} id="{key}c{number}.{at}"><text>{escape(cell)}</text></{kind}>'
            for at, (kind, cell) in enumerate(zip(kinds, cells, strict=False), 1)
        )
        rows += f'<rule id="{key}r{number}">{entries}</rule>'
    return f'<decisionTable id="{key}table" {attributes}>{columns}{rows}</decisionTable>'


def literal(text: str) -> str:
    """A literal expression."""
    return f"<literalExpression><text>{escape(text)}</text></literalExpression>"


def decision(
    node_id: str, logic: str, *, needs: Sequence[str] = (), name: str = "", type_ref: str = ""
) -> str:
    """A decision; ``needs`` lists ``input:id``, ``decision:id`` and ``knowledge:id``."""
    name = name or node_id
    variable = f'<variable name="{name}"' + (f' typeRef="{type_ref}"' if type_ref else "") + "/>"
    return f'<decision id="{node_id}" name="{name}">{variable}{_requirements(needs)}{logic}</decision>'


def knowledge(node_id: str, parameters: Sequence[str], logic: str, *, needs: Sequence[str] = ()) -> str:
    """A business knowledge model; a parameter is ``name`` or ``name:type``."""
    formal = ""
    for parameter in parameters:
        name, _, type_ref = parameter.partition(":")
        formal += f'<formalParameter name="{name}"' + (f' typeRef="{type_ref}"' if type_ref else "") + "/>"
    return (
        f'<businessKnowledgeModel id="{node_id}" name="{node_id}"><variable name="{node_id}"/>'
        f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>{_requirements(needs)}</businessKnowledgeModel>"
    )


def input_data(node_id: str, type_ref: str = "", *, name: str = "") -> str:
    """An input."""
    name = name or node_id
    attributes = f' typeRef="{type_ref}"' if type_ref else ""
    return f'<inputData id="{node_id}" name="{name}"><variable name="{name}"{attributes}/></inputData>'


def _requirements(needs: Sequence[str]) -> str:
    kinds = {
        "input": ("informationRequirement", "requiredInput"),
        "decision": ("informationRequirement", "requiredDecision"),
        "knowledge": ("knowledgeRequirement", "requiredKnowledge"),
    }
    found = ""
    for need in needs:
        kind, _, target = need.partition(":")
        outer, inner = kinds[kind]
        found += f'<{outer}><{inner} href="#{target}"/></{outer}>'
    return found
