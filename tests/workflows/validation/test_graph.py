"""Questions about the graph of a diagram, compared with slow and obvious answers."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from workflows.validation.graph import ROOT, Dominators, cycles, immediate_dominators, reachable

NODES = [ROOT, *"abcdefg"]
GRAPHS = st.dictionaries(
    st.sampled_from(NODES), st.lists(st.sampled_from(NODES[1:]), unique=True, max_size=4), max_size=8
)


def without(edges: dict[str, list[str]], node: str) -> dict[str, list[str]]:
    return {
        source: [target for target in targets if target != node]
        for source, targets in edges.items()
        if source != node
    }


@given(GRAPHS)
def test_a_dominator_is_what_cannot_be_avoided(edges: dict[str, list[str]]) -> None:
    dominators = Dominators(edges)
    found = reachable([ROOT], edges)

    for lower in found:
        for upper in found:
            avoidable = upper != lower and (
                upper != ROOT and lower in reachable([ROOT], without(edges, upper))
            )
            assert dominators.dominates(upper, lower) == (not avoidable)


@given(GRAPHS)
def test_the_immediate_dominator_is_dominated_by_every_other(edges: dict[str, list[str]]) -> None:
    dominators = Dominators(edges)

    for node, parent in immediate_dominators(edges).items():
        others = [other for other in NODES if other != node and dominators.dominates(other, node)]
        assert all(dominators.dominates(other, parent) for other in others)


@given(GRAPHS)
def test_a_cycle_is_what_leads_back_to_itself(edges: dict[str, list[str]]) -> None:
    on_cycle = {node for members in cycles(NODES, edges) for node in members}

    assert on_cycle == {node for node in NODES if node in reachable(edges.get(node, []), edges)}


@given(GRAPHS)
def test_members_of_a_cycle_reach_each_other(edges: dict[str, list[str]]) -> None:
    for members in cycles(NODES, edges):
        assert all(set(members) <= reachable([member], edges) for member in members)


def test_the_nearest_common_dominator_is_the_fork() -> None:
    dominators = Dominators({ROOT: ["start"], "start": ["fork"], "fork": ["a", "b"], "a": ["c"], "b": []})

    assert dominators.nearest_common("c", "b") == "fork"


def test_a_very_long_line_is_no_trouble() -> None:
    edges = {str(number): [str(number + 1)] for number in range(50_000)}
    edges[ROOT] = ["0"]

    assert Dominators(edges).dominates("0", "50000")
    assert cycles(edges, edges) == []
