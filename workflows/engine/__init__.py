"""Executing a diagram with SpiffWorkflow: compiling, stepping, case data, stored state.

Nothing here knows the database. SpiffWorkflow's classes are subclassed, never patched; what is replaced and
why is told in ``docs/engine.md``.
"""
