"""AI compiler for SOPHGO TPUs: ONNX models in, bmodels out, and a simulator that runs them."""

__version__ = "0.1.0"
