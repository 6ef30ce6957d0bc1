"""Validation before publication: nothing that would be ignored, stall or be wrong gets through."""

from workflows.validation.finding import Finding, Severity
from workflows.validation.running import validate
from workflows.validation.surroundings import Surroundings

__all__ = ["Finding", "Severity", "Surroundings", "validate"]
