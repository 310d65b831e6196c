"""The official MLIR Python bindings, with the project's dialects registered in every context."""

from tpu_mlir._mlir.ir import *  # noqa: F403  # pyright: ignore[reportWildcardImportFromLibrary]
