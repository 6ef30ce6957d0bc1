"""Who acts: a person with the keys that open tasks, or the system."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from workflows.errors import WorkflowError


class NotPermitted(WorkflowError):
    """You are not among those who may do this."""

    code = "not-permitted"
    message_zh = "您不在可以办理此事的人员之列。"


@dataclass(frozen=True, kw_only=True)
class Actor:
    """A person who acts in an organisation, perhaps on behalf of another.

    ``keys`` are what the person is: ``person:<user>``, ``unit:<slug>``, ``leader:<slug>``, ``role:<slug>``;
    and what those are for whom the person stands in while they are away.
    """

    user: str
    organisation: str
    keys: frozenset[str]
    on_behalf_of: str | None = None
    #: What people call the person; decides nothing.
    name: str = field(default="", compare=False)
    #: User → keys, of those for whom the person stands in now.
    lent: Mapping[str, frozenset[str]] = field(default_factory=dict, compare=False)
    #: What the person is without them; null when there are none.
    own: frozenset[str] | None = None

    def has_role(self, slug: str) -> bool:
        """Whether the person holds a role, standing in for nobody."""
        return f"role:{slug}" in (self.keys if self.own is None else self.own)


#: The scheduler, firing what the law makes happen.
SYSTEM = "system"


def system_of(organisation: str) -> Actor:
    """The system acting within an organisation."""
    return Actor(user=SYSTEM, organisation=organisation, keys=frozenset())


def may_do(actor: Actor, *, organisation: str, keys: Iterable[str], excluded: Iterable[str]) -> bool:
    """Whether a person may do a task: same organisation, among its candidates, not excluded."""
    return capacity(actor, organisation=organisation, keys=keys, excluded=excluded) is not None


def capacity(
    actor: Actor, *, organisation: str, keys: Iterable[str], excluded: Iterable[str]
) -> Actor | None:
    """The person as one who may do a task: for themselves, or else for somebody who is away.

    Who is excluded does it neither way, and nobody does it for one who is excluded. Null when neither may.
    """
    barred, wanted = frozenset(excluded), frozenset(keys)
    if actor.organisation != organisation or not barred.isdisjoint({actor.user, actor.on_behalf_of}):
        return None
    if not (actor.keys if actor.own is None else actor.own).isdisjoint(wanted):
        return actor
    for user in sorted(actor.lent.keys() - barred):
        if not actor.lent[user].isdisjoint(wanted):
            return replace(actor, on_behalf_of=user)
    return None
