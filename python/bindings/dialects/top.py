"""The top dialect: generated builders and enums."""

from ._top_enum_gen import *
from ._top_ops_gen import *
