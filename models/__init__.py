"""Lifecycle models: a gallery to start from, documentation to read, and what the framework itself is tested on.

One package per source of ideas. Models are imported, not installed.
"""
