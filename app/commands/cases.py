"""``cases``: proof that the record of each case is whole."""

from __future__ import annotations

from flask.cli import AppGroup

group = AppGroup("cases", help="Cases: verify their history.")
