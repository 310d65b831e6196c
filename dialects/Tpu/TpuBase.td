//===- TpuBase.td - The tpu dialect and the classes its ops share -*- tablegen -*-===//
#ifndef TPU_MLIR_TPU_BASE
#define TPU_MLIR_TPU_BASE

include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "dialects/Interfaces/Kernel.td"
include "dialects/Interfaces/Sizes.td"

def Tpu_Dialect : Dialect {
  let name = "tpu";
  let cppNamespace = "::tpu_mlir::tpu";
  let summary = "operations of the chip on rank-4 tensors [n, c, h, w], and their schedule";
  let description = [{
    A module is for the chip that its attribute `tpu.chip` names, `tpu.chip = "bm1684x"` if it has none.
  }];
  let useDefaultAttributePrinterParser = 1;
  let hasOperationAttrVerify = 1;
}

/// A static tensor [n, c, h, w] of a type that the execution units compute in.
def Tpu_Tensor : Type<
    And<[4DTensorOf<[F32, F16, BF16, I8, I16, I32, UI8, UI16, UI32]>.predicate, HasStaticShapePred, HasElementsPred]>,
    "static rank-4 tensor with elements of a chip type", "::mlir::RankedTensorType">;

def Tpu_FloatTensor : Type<
    And<[4DTensorOf<[F32, F16, BF16]>.predicate, HasStaticShapePred, HasElementsPred]>,
    "static rank-4 tensor with elements of f32, f16 or bf16", "::mlir::RankedTensorType">;

/// A tensor of any rank, as the network passes it.
def Tpu_OuterTensor : Type<And<[AnyStaticShapeTensor.predicate, HasElementsPred]>,
    "static tensor with elements", "::mlir::RankedTensorType">;

/// Quantised numbers: what they stand for is in the attributes of the ops.
def Tpu_ByteTensor : Type<
    And<[4DTensorOf<[I8, UI8]>.predicate, HasStaticShapePred, HasElementsPred]>,
    "static rank-4 tensor with elements of i8 or ui8", "::mlir::RankedTensorType">;

def Tpu_SignedByteTensor : Type<
    And<[4DTensorOf<[I8]>.predicate, HasStaticShapePred, HasElementsPred]>,
    "static rank-4 tensor with elements of i8", "::mlir::RankedTensorType">;

def Tpu_NumberTensor : Type<
    And<[4DTensorOf<[F32, F16, BF16, I8, UI8]>.predicate, HasStaticShapePred, HasElementsPred]>,
    "static rank-4 tensor with elements of f32, f16, bf16, i8 or ui8", "::mlir::RankedTensorType">;

/// Computes each element of the result from the elements at the same place of its operands. An operand of one element and a
/// table have no places.
def ElementByElement : NativeOpTrait<"ElementByElement"> {
  let cppNamespace = "::tpu_mlir::tpu";
}

class Tpu_Op<string mnemonic, list<Trait> traits = []>
    : Op<Tpu_Dialect, mnemonic, !listconcat(traits, [BoundedSizes, Pure])> {
  let hasVerifier = 0;
}

class Tpu_Enum<string enumName, string text, list<I32EnumAttrCase> cases>
    : I32EnumAttr<enumName, text, cases> {
  let genSpecializedAttr = 0;
  let cppNamespace = "::tpu_mlir::tpu";
}

#endif
