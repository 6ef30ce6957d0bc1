"""How often one address may try: what guesses at passwords and check codes is slowed down."""

from __future__ import annotations

from typing import Final

from flask_limiter import Limiter
from flask_limiter.util import get_remote_address

#: Wrong attempts from one address; right ones are not counted. Each web process counts for itself.
ATTEMPTS: Final = "10 per minute"

limiter = Limiter(get_remote_address, storage_uri="memory://")
