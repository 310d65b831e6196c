//===- Passes.td - From the scheduled module to a bmodel --------*- tablegen -*-===//
#ifndef TPU_MLIR_CODEGEN_PASSES
#define TPU_MLIR_CODEGEN_PASSES

include "mlir/Pass/PassBase.td"

def Codegen : Pass<"tpu-codegen", "::mlir::ModuleOp"> {
  let summary = "write the commands of a scheduled module, and its constants, to a bmodel file";
  let description = [{
    Before: a module whose function holds `tpu.group` and data movement with `tpu.address`, as `--tpu-schedule` leaves it.

    After: the same module; the file `output` holds it as a bmodel.
  }];
  let options = [
    Option<"output", "output", "std::string", "\"\"", "Path of the file to write">,
    Option<"netName", "name", "std::string", "\"network\"", "Name of the network in the file">,
  ];
}

#endif
