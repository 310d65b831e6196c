"""lit finds the .mlir tests here; pytest runs the .py ones."""

import os
from pathlib import Path

import lit.formats

config.name = "tpu_mlir"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir"]
config.excludes = ["Inputs"]
config.test_source_root = str(Path(__file__).parent)
config.test_exec_root = f"{config.build_root}/test"
tools = [f"{config.build_root}/bin", config.llvm_tools_dir, os.environ["PATH"]]
config.environment["PATH"] = os.pathsep.join(tools)
config.environment["PYTHONPATH"] = f"{config.build_root}/python_packages"
config.substitutions.append(("%python", config.python))
