"""A writer of random nodes for each operator that the importer knows, one module for each family."""

from fuzz.networks.operators import activation as activation
from fuzz.networks.operators import arrangement as arrangement
from fuzz.networks.operators import constant as constant
from fuzz.networks.operators import elementwise as elementwise
from fuzz.networks.operators import indexing as indexing
from fuzz.networks.operators import matrix as matrix
from fuzz.networks.operators import quantization as quantization
from fuzz.networks.operators import recurrent as recurrent
from fuzz.networks.operators import reduction as reduction
from fuzz.networks.operators import signal as signal
from fuzz.networks.operators import vision as vision
from fuzz.networks.operators import window as window
from fuzz.networks.operators.registry import writers

__all__ = ["writers"]
