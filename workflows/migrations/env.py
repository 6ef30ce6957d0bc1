"""Run by Alembic for each command: works on the connection it is handed and commits nothing itself."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context

from workflows.tables import Instant, metadata


def render_item(kind: str, item: Any, _: Any) -> str | Literal[False]:
    """A migration stands for itself: it must not change when our own types do."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=render_item,
    compare_server_default=False,
)
with context.begin_transaction():
    context.run_migrations()
