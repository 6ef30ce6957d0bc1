"""A demonstration: months of cases that end now, played by the engine from the worked cases."""

from workflows.demonstration.playing import Demonstrated, demonstrate
from workflows.demonstration.progress import intend

__all__ = ["Demonstrated", "demonstrate", "intend"]
