"""``packages``: the regulations as files."""

from __future__ import annotations

from flask.cli import AppGroup

group = AppGroup("packages", help="Packages of regulations: load, check.")
