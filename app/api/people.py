"""People of one's organisation, for whoever keeps its directory: what they are on which days."""

from __future__ import annotations

from typing import Any, Final

from marshmallow import fields, validate
from sqlalchemy import Connection

from app.api.describing import noun, operation
from app.api.repeating import KeyHeader, once
from app.api.shapes import Shape, Text, flag, many, text, texts
from app.installation import installation
from app.leaving import only_administrators
from app.signing_in import me
from workflows import directory
from workflows.belonging import KIND_OF, Belonging, Term, terms_of
from workflows.database import reading, transaction
from workflows.people import Person, list_people
from workflows.terms import day_of

blueprint = noun("people", "People of your organisation, what they are on which days, and who leaves.")
blueprint.before_request(only_administrators)
Answer = tuple[dict[str, Any], int, dict[str, str]]
_EXAMPLES: Final = {
    "units": ["window"],
    "leads": [],
    "roles": ["handler"],
    "posts": [],
    "skills": ["调解"],
}
_SAID: Final = {
    "units": "Slugs of units they belong to.",
    "leads": "Slugs of units they head.",
    "roles": "Slugs of roles they hold.",
    "posts": "Slugs of posts they hold.",
    "skills": "What they are versed in: words, or slugs of matters.",
}


def day(description: str, **options: Any) -> fields.Date:
    """A day of the office (Asia/Shanghai), perhaps null."""
    options.setdefault("required", "load_default" not in options)
    told = {"description": description, "examples": ["2026-10-08"]}
    return fields.Date(allow_none=True, **options, metadata=told)


class TermShape(Shape):
    """Somebody is something from a day until a day, both included."""

    kind = text("`unit`, `leads`, `role`, `post` or `skill`.", "unit")
    slug = text("Which one.", "window")
    since = day("Null: always.")
    until = day("Null: for good.")


class AccountShape(Shape):
    """An account, with what the person is today."""

    user = text("User name.", "zhang.san")
    name = text("Name.", "张三")
    active = flag("Not closed.")
    first_day = day("Before it the person cannot sign in; null when none is set.")
    last_day = day("After it the person has left; null when none is set.")
    units = texts(_SAID["units"], ["window"])
    leads = texts(_SAID["leads"], [])
    roles = texts(_SAID["roles"], ["handler"])
    posts = texts(_SAID["posts"], [])
    skills = texts(_SAID["skills"], ["调解"])


class AccountFileShape(AccountShape):
    """An account with everything the person is, was and will be."""

    terms = many(TermShape)


class AccountsShape(Shape):
    """Accounts in order of user name."""

    items = many(AccountShape)


def _slugs(field: str) -> fields.List[Any]:
    told = {"description": _SAID[field], "examples": [_EXAMPLES[field]]}
    return fields.List(
        Text(validate=validate.Length(1, 100)),
        load_default=list,
        validate=validate.Length(max=100),
        metadata=told,
    )


class BelongingGiven(Shape):
    """What somebody is; what is left out they are not."""

    name = text("Name.", "张三", validate=validate.Length(1, 60))
    units = _slugs("units")
    leads = _slugs("leads")
    roles = _slugs("roles")
    posts = _slugs("posts")
    skills = _slugs("skills")


class NewAccountGiven(BelongingGiven):
    """A new colleague."""

    user = text("User name: letters, digits, dots and hyphens.", "sun.qi", validate=validate.Length(1, 60))
    first_day = day("The first day; today when it is left out.", load_default=None)


class AccountChange(BelongingGiven):
    """What a colleague is from a day on."""

    from_day = day("Today or later; today when it is left out.", load_default=None)


class NewAccountShape(Shape):
    """The account that was made."""

    user = text("User name.", "sun.qi")
    password = text("The initial password, shown this once and kept nowhere.", "b3Zk9QfT1xYw")


class ChangedAccountShape(Shape):
    """Whether anything was changed."""

    user = text("User name.", "sun.qi")
    changed = flag("False when they were all that already.")


@operation(blueprint, "GET", "/people", name="listPeople", refuses=(403,))
@blueprint.response(200, AccountsShape)
def listed() -> dict[str, Any]:
    """Read the people of your organisation, closed accounts included."""
    with reading(installation().engine) as connection:
        found = list_people(connection, me().organisation, on=day_of(installation().clock.now()))
    return {"items": [_person(one) for one in found]}


@operation(blueprint, "GET", "/people/<user>", name="getPerson", refuses=(403, 404))
@blueprint.response(200, AccountFileShape)
def read(user: str) -> dict[str, Any]:
    """Read what a colleague is, was and will be."""
    with reading(installation().engine) as connection:
        found = directory.colleague(connection, user, of=me(), on=day_of(installation().clock.now()))
        terms = terms_of(connection, me().organisation, user=user)
    return {**_person(found), "terms": [_term(one) for one in terms]}


@operation(blueprint, "POST", "/people", name="addPerson", refuses=(403, 409, 422))
@blueprint.arguments(NewAccountGiven())
@blueprint.response(201, NewAccountShape)
def added(given: dict[str, Any]) -> tuple[dict[str, Any], int]:
    """Make an account. Its initial password is answered once; nothing is kept that could repeat it."""
    with transaction(installation().engine) as connection:
        password = directory.admit(
            connection,
            user=given["user"],
            name=given["name"],
            belongs=_belonging(given),
            first_day=given["first_day"],
            by=me(),
            at=installation().clock.now(),
        )
    return {"user": given["user"], "password": password}, 201


@operation(blueprint, "PUT", "/people/<user>", name="changePerson", refuses=(403, 404, 409, 422))
@blueprint.arguments(AccountChange())
@blueprint.arguments(KeyHeader(), location="headers")
@blueprint.response(200, ChangedAccountShape)
def changed(given: dict[str, Any], header: dict[str, Any], user: str) -> Answer:
    """Change what a colleague is, from a day on for good; until then, and before, it stays as it was."""
    at = installation().clock.now()

    def act(connection: Connection) -> dict[str, Any]:
        done = directory.alter(
            connection,
            user=user,
            name=given["name"],
            belongs=_belonging(given),
            from_day=given["from_day"],
            by=me(),
            at=at,
        )
        return {"user": user, "changed": done}

    asked = {**given, "from_day": given["from_day"] and given["from_day"].isoformat()}
    with transaction(installation().engine) as connection:
        return once(connection, header["key"], asked, lambda: act(connection), status=200)


def _person(one: Person) -> dict[str, Any]:
    return {name: getattr(one, name) for name in AccountShape._declared_fields}


def _term(one: Term) -> dict[str, Any]:
    return {name: getattr(one, name) for name in TermShape._declared_fields}


def _belonging(given: dict[str, Any]) -> Belonging:
    return Belonging(**{field: tuple(given[field]) for field in KIND_OF})
