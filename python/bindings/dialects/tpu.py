"""The tpu dialect: generated builders and enums."""

from ._tpu_enum_gen import *
from ._tpu_ops_gen import *
