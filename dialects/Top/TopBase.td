//===- TopBase.td - The top dialect and the classes its ops share -*- tablegen -*-===//
#ifndef TPU_MLIR_TOP_BASE
#define TPU_MLIR_TOP_BASE

include "dialects/Interfaces/Sizes.td"
include "mlir/IR/EnumAttr.td"
include "mlir/IR/OpBase.td"
include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"

include "dialects/Top/Magnitude.td"

def Top_Dialect : Dialect {
  let name = "top";
  let cppNamespace = "::tpu_mlir::top";
  let summary = "hardware-independent networks with the float semantics of ONNX";
  let description = [{
    One op per operator that users know. Shapes are static and of any rank, every default of ONNX is written out, axes
    and indices are resolved (never negative), enumerations are attributes. The location of a value is the name of its
    ONNX tensor. A constraint (Cn) of an op is checked, and cited, by its inference function in
    lib/Dialect/Top/IR/<Family>.cpp, both when a builder infers the result types and when the op is verified.
  }];
  let useDefaultAttributePrinterParser = 1;
}

//===----------------------------------------------------------------------===//
// Types. What a type can express is not repeated as a constraint of an op.
//===----------------------------------------------------------------------===//

def Top_Quantized : Type<CPred<"::tpu_mlir::top::isQuantized($_self)">, "8-bit quantized">;

/// Floats, and the 8-bit integers that stand for some: wherever an op takes a float, the pass tpu-quantize may put a
/// quantized value of any scale in its place.
defvar Top_Floats = [F32, F16, BF16, Top_Quantized]<Type>;
defvar Top_SignedIntegers = [I8, I16, I32, I64]<Type>;
defvar Top_Integers = !listconcat(Top_SignedIntegers, [UI8, UI16, UI32, UI64]<Type>);

def Top_FloatTensor : StaticShapeTensorOf<Top_Floats>;
def Top_SignedTensor : StaticShapeTensorOf<!listconcat(Top_Floats, Top_SignedIntegers)>;
def Top_NumericTensor : StaticShapeTensorOf<!listconcat(Top_Floats, Top_Integers)>;
def Top_BoolTensor : StaticShapeTensorOf<[I1]>;
def Top_IntegerTensor : StaticShapeTensorOf<Top_Integers>;
def Top_LogicTensor : StaticShapeTensorOf<!listconcat(Top_Integers, [I1]<Type>)>;
def Top_IndexTensor : StaticShapeTensorOf<[I32, I64]>;
def Top_AnyTensor : StaticShapeTensorOf<!listconcat(Top_Floats, Top_Integers, [I1]<Type>)>;

//===----------------------------------------------------------------------===//
// Attributes. Anonymous (defvar), so that the Python builders know the base.
//===----------------------------------------------------------------------===//

defvar Top_Axis = ConfinedAttr<I64Attr, [IntNonNegative]>;
defvar Top_PositiveInt = ConfinedAttr<I64Attr, [IntPositive]>;
defvar Top_Axes = ConfinedAttr<DenseI64ArrayAttr, [DenseArrayNonNegative<DenseI64ArrayAttr>,
                                                  DenseArrayStrictlySorted<DenseI64ArrayAttr>]>;
defvar Top_PositiveInts = ConfinedAttr<DenseI64ArrayAttr, [DenseArrayStrictlyPositive<DenseI64ArrayAttr>]>;
defvar Top_NonNegativeInts = ConfinedAttr<DenseI64ArrayAttr, [DenseArrayNonNegative<DenseI64ArrayAttr>]>;
defvar Top_PositiveFloats = ConfinedAttr<DenseF32ArrayAttr, [DenseArrayStrictlyPositive<DenseF32ArrayAttr>]>;

/// The operands' element types are equal, or quantized ones among floats.
def Top_OneElementType : NativeOpTrait<"OneElementType"> {
  let cppNamespace = "::tpu_mlir::top";
}

/// The lowering takes operands of integers and truth values that are no quantized floats.
def Top_TakesIntegers : NativeOpTrait<"TakesIntegers"> {
  let cppNamespace = "::tpu_mlir::top";
}

class Top_Enum<string name, string summary, list<I32EnumAttrCase> cases> : I32EnumAttr<name, summary, cases> {
  let cppNamespace = "::tpu_mlir::top";
  let genSpecializedAttr = 0;
}

//===----------------------------------------------------------------------===//
// Ops
//===----------------------------------------------------------------------===//

class Top_Op<string mnemonic, list<Trait> traits = []>
    : Op<Top_Dialect, mnemonic, !listconcat(traits, [BoundedSizes, Pure])>;

/// An op whose result types follow from operands and attributes: `inferTypes` checks the numbered constraints and
/// appends the types. Builders and the verifier both call it (lib/Dialect/Top/IR/Inference.h). Families that share one
/// name it as `inference`, an expression of emit, adaptor and types.
class Top_InferredOp<string mnemonic, list<Trait> traits = [], string inference = "">
    : Top_Op<mnemonic, !listconcat(traits, [DeclareOpInterfaceMethods<InferTypeOpInterface, ["refineReturnTypes"]>])> {
  let hasVerifier = 1;
  let extraClassDeclaration = [{
    static ::llvm::LogicalResult inferTypes(::tpu_mlir::top::Emitter emit, Adaptor adaptor,
                                            ::llvm::SmallVectorImpl<::mlir::Type> &types);
  }];
  let extraClassDefinition = [{
    ::llvm::LogicalResult $cppClass::inferReturnTypes(
        ::mlir::MLIRContext *context, ::std::optional<::mlir::Location> location, ::mlir::ValueRange operands,
        ::mlir::DictionaryAttr attributes, ::mlir::OpaqueProperties properties, ::mlir::RegionRange regions,
        ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::tpu_mlir::top::inferForBuilder<$cppClass>(context, location, operands, attributes, properties, regions,
                                                         types);
    }
    ::llvm::LogicalResult $cppClass::refineReturnTypes(
        ::mlir::MLIRContext *, ::std::optional<::mlir::Location>, ::mlir::ValueRange, ::mlir::DictionaryAttr,
        ::mlir::OpaqueProperties, ::mlir::RegionRange, ::llvm::SmallVectorImpl<::mlir::Type> &) {
      return ::mlir::success(); // verify() has compared the types
    }
    ::llvm::LogicalResult $cppClass::verify() { return ::tpu_mlir::top::verifyInferred(*this); }
  }] # !if(!empty(inference), "", [{
    ::llvm::LogicalResult $cppClass::inferTypes(::tpu_mlir::top::Emitter emit, Adaptor adaptor,
                                                ::llvm::SmallVectorImpl<::mlir::Type> &types) {
      return ::tpu_mlir::top::}] # inference # ";\n    }\n");
}

/// Computes each element from the one at the same place. Types are written once where they are the same.
class Top_ElementOp<string mnemonic, dag parameters, list<Trait> traits = [], Type type = Top_FloatTensor,
                    string inference = "inferElementwise(adaptor.getInput(), types)">
    : Top_InferredOp<mnemonic, !listconcat(traits, [Elementwise]), inference> {
  let arguments = !con((ins type:$input), parameters);
  let results = (outs type:$output);
  let assemblyFormat = "$input attr-dict `:` custom<UnaryTypes>(type($input), type($output))";
}

/// What a matrix product or convolution may do to its result before storing it: min(max(x, 0), relu_limit).
defvar Top_FusedRelu = (ins UnitAttr:$relu, OptionalAttr<F32Attr>:$relu_limit);

#endif
