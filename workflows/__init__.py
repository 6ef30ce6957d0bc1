"""The engine: runs diagrams, keeps time, writes history. Imports no web framework and nothing of ``app``.

Every function takes a connection and a time; nothing below the edge commits.
"""
