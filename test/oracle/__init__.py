"""Differential tests against the vendor's chip model."""
