//===- Magnitude.td - How large values are beside ordinary ones -*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_MAGNITUDE
#define TPU_MLIR_TOP_MAGNITUDE

include "mlir/IR/OpBase.td"

/// The pass tpu-assign-precision asks this to find what 16 bits would not hold. Ops without it compute ordinary values,
/// or bounded ones.
def Top_MagnitudeOpInterface : OpInterface<"MagnitudeOpInterface"> {
  let cppNamespace = "::tpu_mlir::top";
  let description = [{
    An op that tells how large its results are from how large its operands are. By default they are as large as those.
  }];
  let methods = [
    InterfaceMethod<"The magnitude of each result.",
      "::tpu_mlir::top::Magnitude", "resultMagnitude", (ins "::llvm::ArrayRef<::tpu_mlir::top::Magnitude>":$operands),
      [{}], [{ return ::tpu_mlir::top::joinMagnitudes(operands); }]>,
  ];
}

def Top_OwnMagnitude : DeclareOpInterfaceMethods<Top_MagnitudeOpInterface, ["resultMagnitude"]>;

class Top_MagnitudeTrait<string name> : NativeOpTrait<name> {
  let cppNamespace = "::tpu_mlir::top";
}
def Top_ReadsWide : Top_MagnitudeTrait<"ReadsWide">;
def Top_AbsorbsOverflow : Top_MagnitudeTrait<"AbsorbsOverflow">;
def Top_PassesOverflow : Top_MagnitudeTrait<"PassesOverflow">;
def Top_Refines : Top_MagnitudeTrait<"Refines">;

/// Each element of a result is one of an operand's, or between some.
defvar Top_Moves = [Top_MagnitudeOpInterface, Top_PassesOverflow]<Trait>;
defvar Top_Sums = [Top_MagnitudeOpInterface, Top_PassesOverflow, Top_ReadsWide]<Trait>;

#endif
