"""Islands: the parts of a page that run in the browser, and what such a page may do beyond the others."""

from __future__ import annotations

import json
from functools import wraps
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, make_response, request, url_for
from flask.typing import ResponseReturnValue

from app.headers import POLICY

_DIST: Final = "dist"
#: The drawing library sets styles as it draws and carries its font and cursors as data.
_ISLAND_POLICY: Final = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "font-src 'self'", "font-src 'self' data:"
)
