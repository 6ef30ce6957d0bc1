"""What the editor may offer: forms, tables, notices, operators, regulations to call, clauses."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from sqlalchemy import Connection, select

from workflows.packages.drafts import WorkingCopy
from workflows.reading.law import clauses_of, read_decision
from workflows.reading.printing import title_of
from workflows.tables import definitions, provisions
from workflows.validation import Surroundings

Named = list[dict[str, str]]


def catalogue_of(
    connection: Connection, known: Surroundings, found: WorkingCopy, *, english: bool
) -> dict[str, Any]:
    """JSON-ready lists, each item with ``id`` and ``name``; for operators and calls also what they take."""
    names = {key: name for key, name in connection.execute(select(definitions.c.key, definitions.c.name))}
    return {
        "forms": _named({name: str(schema.get("title") or name) for name, schema in known.forms.items()}),
        "decisions": _named({name: _decision(text, name) for name, text in known.decisions.items()}),
        "notices": _named({name: _notice(found, name) for name in known.notices}),
        "registers": _named({name: _register(found, name, english) for name in known.registers}),
        "operators": _operators(known, english=english),
        "callable": [
            {
                "id": key,
                "name": names.get(key, key),
                "inputs": sorted(signature.inputs),
                "outputs": sorted(signature.outputs),
            }
            for key, signature in sorted(known.callable.items())
            if key != found.key
        ],
        "provisions": _provisions(connection, found, english=english),
    }


def _named(names: Mapping[str, str]) -> Named:
    return [{"id": identifier, "name": name} for identifier, name in sorted(names.items())]


def _decision(text: bytes, name: str) -> str:
    return read_decision(text.decode()).name or name


def _notice(found: WorkingCopy, name: str) -> str:
    return title_of(found.bundle.named("notices").get(name, ""), name)


def _register(found: WorkingCopy, name: str, english: bool) -> str:
    declared = orjson.loads(found.bundle.files.get("registers.json", "{}")).get(name, {})
    return str((declared.get("name_en") if english else "") or declared.get("name") or name)


def _operators(known: Surroundings, *, english: bool) -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "name": (signature.label_en if english else signature.label_zh) or name,
            "result": signature.result,
            "open": signature.open,
            "parameters": [
                {
                    "id": key,
                    "name": (one.label_en if english else one.label_zh) or key,
                    "type": one.type,
                    "required": one.required,
                    "literal": one.literal,
                }
                for key, one in signature.parameters.items()
            ],
        }
        for name, signature in sorted(known.operators.items())
    ]


def _provisions(connection: Connection, found: WorkingCopy, *, english: bool) -> list[dict[str, str]]:
    """The clauses of the regulation's own prefix first, then the organisation's others."""
    query = select(provisions.c.id).where(provisions.c.organisation == found.organisation)
    ids = sorted(
        connection.scalars(query.order_by(provisions.c.id)),
        key=lambda one: not one.startswith(f"{found.key}."),
    )
    return [
        {
            "id": clause.id,
            "article": clause.cited(english=english),
            "summary": clause.summary_en if english and clause.summary_en else clause.summary_zh,
        }
        for clause in clauses_of(connection, ids)
    ]
