from __future__ import annotations

from workflows.packages.coverage import Citation, described


def cite(provision: str, file: str, part: str = "") -> Citation:
    return Citation(provision=provision, file=file, part=part)


def test_the_places_of_a_clause_are_one_line_by_file_each_part_once() -> None:
    cited = [
        cite("t.1", "intake.bpmn", "register"),
        cite("t.1", "limit.dmn", "ordinary"),
        cite("t.1", "intake.bpmn", "reply"),
        cite("t.1", "intake.bpmn", "register"),
        cite("t.2", "notices/reply.html"),
    ]
    assert described(cited) == {
        "t.1": "intake.bpmn: register, reply; limit.dmn: ordinary",
        "t.2": "notices/reply.html",
    }
