"""Signing in and out. Every page asks for it, except those listed here."""

from __future__ import annotations

from typing import Final

from flask import (
    Blueprint,
    Flask,
    Request,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from sqlalchemy import Connection, select
from werkzeug.exceptions import Unauthorized

from app.installation import installation
from app.limits import ATTEMPTS, limiter
from app.messages import gettext as _
from app.way_back import way_back
from workflows.cases import Actor
from workflows.clock import SystemClock
from workflows.database import glance, reading, transaction
from workflows.packages.directory import DEMO_PASSWORD
from workflows.people import NoSuchPerson, actor_of, check_password
from workflows.tables import organisations, people
from workflows.tokens import bearer_of, note_use

blueprint = Blueprint("signing_in", __name__)

#: Endpoints that answer without a signed-in person.
PUBLIC: Final = frozenset(
    {
        "signing_in.form",
        "signing_in.enter",
        "first_administrator.form",
        "first_administrator.create",
        "language.choose",
        "health.healthz",
        "static",
        "api-docs.openapi_json",
        "public_pages.show",
        "public_pages.look_up",
        "public_pages.case",
        "public_pages.clock",
        "public_pages.issued",
        "public_pages.of_task",
        "public_pages.leave",
    }
)
#: Where programs ask: they get an error instead of a page to sign in.
PROGRAMS: Final = "/api/"
_login = LoginManager()


class SignedIn(UserMixin):  # type: ignore[misc]
    """The person behind a session or a token."""

    def __init__(self, actor: Actor, name: str, *, by_token: bool = False) -> None:
        self.actor = actor
        self.name = name
        self.by_token = by_token

    def get_id(self) -> str:
        return self.actor.user


def attach(app: Flask) -> None:
    """Know the person of each request, and turn strangers away."""
    _login.init_app(app)
    _login.login_view = "signing_in.form"
    limiter.init_app(app)

    @app.before_request
    def ask_who() -> ResponseReturnValue | None:
        known = request.endpoint is None or request.endpoint in PUBLIC or current_user.is_authenticated
        if not known and request.path.startswith(PROGRAMS):
            raise Unauthorized
        return None if known else redirect(url_for("signing_in.form", next=_asked_for()))


@_login.user_loader  # type: ignore[untyped-decorator]
def _person(user: str) -> SignedIn | None:
    # Whoever brings a token means the token's owner, whatever cookie came along.
    if _token(request) is not None:
        return None
    with glance(installation().engine) as connection:
        try:
            actor = actor_of(connection, user, at=installation().clock.now())
            return SignedIn(actor, actor.name)
        except NoSuchPerson:
            return None


@_login.request_loader  # type: ignore[untyped-decorator]
def _owner(asked: Request) -> SignedIn | None:
    """The person a program acts for. Tokens live in real time, whatever the office's clock is set to."""
    token = _token(asked)
    if token is None:
        return None
    now = SystemClock().now()
    with reading(installation().engine) as connection:
        found = bearer_of(connection, token, at=now)
        if found is None:
            return None
        user, last_used = found
        try:
            actor = actor_of(connection, user, at=installation().clock.now())
        except NoSuchPerson:
            return None
    if last_used != now.date():
        with transaction(installation().engine) as connection:
            note_use(connection, token, day=now.date())
    return SignedIn(actor, user, by_token=True)


def _token(asked: Request) -> str | None:
    """The token of a request; pages take none."""
    sent = asked.authorization
    if not asked.path.startswith(PROGRAMS) or sent is None or sent.type != "bearer":
        return None
    return sent.token or ""


def me() -> Actor:
    """The person of this request, as one who acts."""
    actor = current_user.actor
    assert isinstance(actor, Actor)
    return actor


@blueprint.get("/sign-in")
def form() -> ResponseReturnValue:
    """The form, with the demonstration's accounts where there are any."""
    if current_user.is_authenticated:
        return redirect(way_back(request.args.get("next")))
    return _page()


def _refused(response: Response) -> bool:
    return response.status_code != 302


@blueprint.post("/sign-in")
@limiter.limit(ATTEMPTS, deduct_when=_refused)
def enter() -> ResponseReturnValue:
    """Begin a session for the person who knows the password."""
    user = request.form.get("user", "").strip()
    with reading(installation().engine) as connection:
        right = check_password(connection, user, request.form.get("password", ""))
    person = _person(user) if right else None
    if person is None:
        current_app.logger.info("Sign-in refused", extra={"action": "sign-in-refused", "user": user})
        flash(_("用户名或密码不正确。"), "error")
        return _page(user), 401
    login_user(person)
    return redirect(_first_page(request.args.get("next")))


@blueprint.post("/sign-out")
def leave() -> ResponseReturnValue:
    """End the session."""
    logout_user()
    return redirect(url_for("signing_in.form"))


def _page(user: str = "") -> str:
    with reading(installation().engine) as connection:
        accounts = _demo_accounts(connection)
    return render_template(
        "signing_in/form.html", user=user, accounts=accounts, demo_password=DEMO_PASSWORD if accounts else ""
    )


def _demo_accounts(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    """Organisation's name → its demonstration accounts (user, name); empty in a real installation."""
    found = connection.execute(
        select(organisations.c.name.label("organisation"), people.c.user, people.c.name)
        .join_from(people, organisations, people.c.organisation == organisations.c.slug)
        .where(people.c.demo, people.c.active)
        .order_by(organisations.c.slug, people.c.user)
    )
    accounts: dict[str, list[tuple[str, str]]] = {}
    for row in found:
        accounts.setdefault(row.organisation, []).append((row.user, row.name))
    return accounts


def _first_page(wanted: str | None) -> str:
    """Where somebody begins who has signed in: the page they asked for, otherwise their first page."""
    return way_back(wanted) if wanted and wanted != "/" else url_for("home.show")


def _asked_for() -> str | None:
    return request.full_path.rstrip("?") if request.method == "GET" else None
