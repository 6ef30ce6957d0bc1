"""How the interface describes itself: OpenAPI 3.1 made of the views, their schemas and what they refuse."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_cls
from flask import Response, current_app, json, request
from flask_login import current_user
from flask_smorest import Api, Blueprint
from marshmallow import Schema

from app.api.problems import ProblemShape
from app.pages import csrf

PREFIX: Final = "/api/v1"
PROBLEM: Final = "application/problem+json"
#: Begins the names of our endpoints.
_NAMED: Final = "api_"
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_INTRODUCTION: Final = (
    "Regulations that run: open cases, do their tasks, read their history and have it proven. "
    "Everything a person may do on the pages, and nothing else, can be done here in that person's name. "
    "Times are UTC in answers; in requests any offset is understood. Identities of people are shown only to "
    "those who may know them, otherwise as 〔已隐去〕, and never in the history."
)


def settings_of_description() -> dict[str, Any]:
    """What flask-smorest reads from the configuration of the application."""
    return {
        "API_TITLE": "Guicheng",
        "API_VERSION": "1",
        "OPENAPI_VERSION": "3.1.0",
        "OPENAPI_URL_PREFIX": PREFIX,
        "OPENAPI_JSON_PATH": "openapi.json",
        "API_SPEC_OPTIONS": {
            "info": {"description": _INTRODUCTION},
            "security": [{"token": []}, {"session": []}],
        },
    }


def _name_of(shape: type[Schema] | Schema | str) -> str:
    found = resolve_schema_cls(shape)
    assert isinstance(found, type)
    return found.__name__.removesuffix("Shape")


class RestApi(Api):
    """The description; errors are answered by the application like those of the pages."""

    ERROR_SCHEMA = ProblemShape
    _written: str | None = None

    def _init_spec(self, **options: Any) -> None:
        plugin = MarshmallowPlugin(schema_name_resolver=_name_of)
        super()._init_spec(marshmallow_plugin=plugin, **options)
        for name, scheme in _SCHEMES.items():
            self.spec.components.security_scheme(name, dict(scheme))

    def _openapi_json(self) -> Response:
        """The description; it does not change while the application runs."""
        if self._written is None:
            described = self.spec.to_dict()
            for tag in described["tags"]:
                tag["name"] = tag["name"].removeprefix(_NAMED)
            self._written = json.dumps(described)
        return Response(self._written, mimetype="application/json")

    def _register_pagination_header(self) -> None:
        """Lists say themselves where they go on."""

    def _register_error_handlers(self) -> None:
        """One table of errors serves pages and programs: see ``app.errors``."""

    def _register_responses(self) -> None:
        names = {status.name: status.phrase for status in HTTPStatus if status >= 400}
        for name, phrase in {**names, "DEFAULT_ERROR": "Any other error"}.items():
            content = {PROBLEM: {"schema": self.ERROR_SCHEMA}}
            self.spec.components.response(name, {"description": phrase, "content": content}, lazy=True)


_SCHEMES: Final[Mapping[str, Mapping[str, str]]] = {
    "token": {
        "type": "http",
        "scheme": "bearer",
        "description": "Made by `flask --app app users token USER --name …`; acts as that person.",
    },
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "session",
        "description": "The cookie of a signed-in browser. POST and PUT also need its token in X-CSRFToken.",
    },
}


def noun(name: str, description: str) -> Blueprint:
    """The blueprint of one noun; its name in addresses is given by each operation."""
    made = Blueprint(f"{_NAMED}{name}", __name__, url_prefix=PREFIX, description=description)
    made.before_request(_protect_session)
    return made


def _protect_session() -> None:
    """A browser sends its cookie whoever asks; a change needs the token only our own pages know."""
    by_token = getattr(current_user, "by_token", False)
    if request.method not in _SAFE and not by_token and current_app.config["WTF_CSRF_ENABLED"]:
        csrf.protect()


View = Callable[..., Any]


def operation(
    blueprint: Blueprint, method: str, path: str, *, name: str, refuses: tuple[int, ...] = ()
) -> Callable[[View], View]:
    """Route a view and describe it: ``name`` is its operation id, ``refuses`` the errors it may meet."""

    def decorate(view: View) -> View:
        for status in (401, *refuses):
            view = blueprint.alt_response(status, HTTPStatus(status).name)(view)
        view = blueprint.doc(operationId=name, tags=[blueprint.name.removeprefix(_NAMED)])(view)
        routed: View = blueprint.route(path, methods=[method])(view)
        return routed

    return decorate
