"""A package to try things on: an invented office with one regulation that calls another."""

from __future__ import annotations

import json
from pathlib import Path

from tests import drafting
from tests.workflows.forms.drafts import field, form

ORGANISATION = """
[organisation]
slug = "t"
name = "某某局"
name_en = "Bureau of Moumou"
phone = "0000-0000000"

[hours]
closing = "17:30"

[parameters]
prompt = "1 workday"

[[units]]
slug = "window"
name = "窗口"
name_en = "Window"

[[roles]]
slug = "process-admin"
name = "制度管理员"

[[people]]
user = "t.window"
name = "张三"
units = ["window"]
leads = ["window"]

[[people]]
user = "t.process-admin"
name = "李四"
roles = ["process-admin"]
"""

PROVISIONS = """\
id,article,kind,summary_zh,summary_en,executed_by
t.intake.01,第一条,process,收到即登记,Register on receipt,
t.intake.02,第二条,rule,宗旨,Purpose,declaratory: purpose
"""

REGISTERS = """
[[registers]]
slug = "intake"
name = "收件登记簿"

[[registers.columns]]
name = "case"
label = "案号"
value = "case.number"
"""

CALLER = drafting.diagram(
    "t.intake",
    drafting.start(),
    drafting.user("register", form="facts", provision="t.intake.01"),
    drafting.call("check", "t.checking"),
    drafting.end(),
    *drafting.path("start", "register", "check", "end"),
    name="收件",
)


def callee(name: str = "核对") -> str:
    """The called regulation; another name makes it a changed one."""
    return drafting.diagram(
        "t.checking",
        drafting.start(),
        drafting.user("look", provision="t.intake.01"),
        drafting.end(),
        *drafting.path("start", "look", "end"),
        name=name,
    )


def write_package(directory: Path) -> Path:
    """Write the office's package below a folder of packages and return the package's folder."""
    package = directory / "t"
    (package / "forms").mkdir(parents=True)
    (package / "notices").mkdir()
    (package / "organisation.toml").write_text(ORGANISATION)
    (package / "provisions.csv").write_text(PROVISIONS)
    (package / "registers.toml").write_text(REGISTERS)
    (package / "intake.bpmn").write_text(CALLER)
    (package / "checking.bpmn").write_text(callee())
    (package / "forms" / "facts.form.json").write_text(json.dumps(form(field("text"))))
    (package / "forms" / "elsewhere.form.json").write_text(json.dumps(form(field("text"))))
    (package / "notices" / "unused.html").write_text("<p></p>")
    return package
