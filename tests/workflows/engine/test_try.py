from pathlib import Path
from tests.office import *
from workflows.validation import validate
from workflows.validation import Severity


def test_all(sqlite_engine):
    office = Office(sqlite_engine).settle_in()
    office.decisions["grade"] = Path("tests/bpmn/corpus/grade.dmn").read_text()
    names = sorted(p.stem for p in Path("tests/bpmn/corpus").glob("*.bpmn"))
    for n in ["callee", "middle", "thrower"]:
        names.remove(n)
        names.insert(0, n)
    for n in names:
        x = Path(f"tests/bpmn/corpus/{n}.bpmn").read_text()
        office.published[f"t.{n}"] = x
    for n in names:
        x = office.published[f"t.{n}"]
        for f in validate(x.encode(), office.surroundings(), process_id=f"t.{n}"):
            if f.severity is not Severity.NOTICE and f.rule not in ("drawing",):
                print(n, f.severity, f.rule, f.element_id, f.message_en)
