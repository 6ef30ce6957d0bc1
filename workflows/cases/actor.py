"""Who acts: a person with the keys that open tasks, or the system."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from workflows.errors import WorkflowError


class NotPermitted(WorkflowError):
    """You are not among those who may do this."""

    code = "not-permitted"
    message_zh = "您不在可以办理此事的人员之列。"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person who acts in an organisation, perhaps on behalf of another.

    ``keys`` are what the person is: ``person:<user>``, ``unit:<slug>``, ``leader:<slug>``, ``role:<slug>``.
    """

    user: str
    organisation: str
    keys: frozenset[str]
    on_behalf_of: str | None = None
    #: What people call the person; decides nothing.
    name: str = field(default="", compare=False)

    def has_role(self, slug: str) -> bool:
        """Whether the person holds a role."""
        return f"role:{slug}" in self.keys


#: The scheduler, firing what the law makes happen.
SYSTEM = "system"


def system_of(organisation: str) -> Actor:
    """The system acting within an organisation."""
    return Actor(user=SYSTEM, organisation=organisation, keys=frozenset())


def may_do(actor: Actor, *, organisation: str, keys: Iterable[str], excluded: Iterable[str]) -> bool:
    """Whether a person may do a task: same organisation, among its candidates, not excluded."""
    if actor.organisation != organisation:
        return False
    people = {actor.user, actor.on_behalf_of}
    return not people.intersection(excluded) and not actor.keys.isdisjoint(keys)
