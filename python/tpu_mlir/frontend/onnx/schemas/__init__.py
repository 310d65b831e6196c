"""What ONNX says of operators: their versions, the types of their results, the functions that they are."""
