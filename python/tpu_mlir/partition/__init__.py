"""Cuts models into parts for the chip and parts for the host (docs/decisions: what the chip cannot do)."""
