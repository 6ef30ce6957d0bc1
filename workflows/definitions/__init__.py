"""Definitions and their versions: immutable, numbered, with everything a case needs in one bundle."""

from workflows.definitions.bundle import Bundle
from workflows.definitions.loading import LoadedVersion, Resources, load_version
from workflows.definitions.publishing import (
    NoSuchDefinition,
    PublicationRefused,
    current_version,
    publish,
    save_draft,
)

__all__ = [
    "Bundle",
    "LoadedVersion",
    "NoSuchDefinition",
    "PublicationRefused",
    "Resources",
    "current_version",
    "load_version",
    "publish",
    "save_draft",
]
