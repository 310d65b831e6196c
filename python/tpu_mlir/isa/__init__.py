"""BM1684X commands in Python, from the same instruction table as lib/Isa (dialects/Isa)."""

from tpu_mlir.isa.codec import Command, decode, decode_stream, encode
from tpu_mlir.isa.table import INSTRUCTIONS, Field, Form, Instruction

__all__ = ["INSTRUCTIONS", "Command", "Field", "Form", "Instruction", "decode", "decode_stream", "encode"]
