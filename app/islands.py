"""Islands: the parts of a page that run in the browser, and what a page with one may do beyond the others."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, current_app, make_response, request, url_for
from flask.typing import ResponseReturnValue

from app.headers import POLICY

_DIST: Final = "dist"
#: The drawing library sets styles as it draws, and carries its font and pictures as data.
_ISLAND_POLICY: Final = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "font-src 'self'", "font-src 'self' data:"
)


def attach(app: Flask) -> None:
    """Let templates find bundles, and browsers keep them: another content has another name."""
    app.jinja_env.globals.update(asset=asset)

    @app.after_request
    def keep(response: Response) -> Response:
        if request.endpoint == "static" and request.path.startswith(f"{app.static_url_path}/{_DIST}/"):
            response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
        return response


def asset(name: str) -> str | None:
    """Address of a bundle such as ``viewer.js``; ``None`` when the bundles have not been built here."""
    assert current_app.static_folder is not None
    manifest = Path(current_app.static_folder) / _DIST / "manifest.json"
    try:
        built = _manifest(manifest, manifest.stat().st_mtime_ns).get(name)
    except FileNotFoundError:
        return None
    return built and url_for("static", filename=f"{_DIST}/{built}")


@lru_cache(maxsize=4)
def _manifest(path: Path, _changed: int) -> dict[str, str]:
    found: dict[str, str] = json.loads(path.read_text())
    return found


def island(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """A page with an island: it may set inline styles; scripts are our own files as everywhere."""

    @wraps(view)
    def shown(*args: Any, **kwargs: Any) -> ResponseReturnValue:
        response = make_response(view(*args, **kwargs))
        response.headers["Content-Security-Policy"] = _ISLAND_POLICY
        return response

    return shown
