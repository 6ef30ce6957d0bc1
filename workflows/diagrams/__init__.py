"""Diagrams as data: hardened reading of BPMN XML and our own index of what it says."""

from workflows.diagrams.model import (
    CallSignature,
    Diagram,
    Element,
    EventDefinition,
    Flow,
    Lane,
    Loop,
    OperatorCall,
    Process,
    Tone,
)
from workflows.diagrams.reading import read_diagram
from workflows.diagrams.xml import DiagramRefused, load_xml

__all__ = [
    "CallSignature",
    "Diagram",
    "DiagramRefused",
    "Element",
    "EventDefinition",
    "Flow",
    "Lane",
    "Loop",
    "OperatorCall",
    "Process",
    "Tone",
    "load_xml",
    "read_diagram",
]
