"""Measurements of the whole project: `python -m bench` runs all, each module runs alone, too."""
