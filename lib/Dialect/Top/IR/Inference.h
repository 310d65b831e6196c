//===- Inference.h - Result types of top ops from operands and attributes -===//
#pragma once

#include "dialects/Top/Top.h"

namespace tpu_mlir::top {

using Shape = llvm::ArrayRef<int64_t>;
using Types = llvm::SmallVectorImpl<mlir::Type>;

//===----------------------------------------------------------------------===//
// The two callers of OpTy::inferTypes
//===----------------------------------------------------------------------===//

/// Refuses operands that no inference function could read.
llvm::LogicalResult checkOperands(Emitter emit, mlir::ValueRange operands);

/// Refuses what the trait BoundedSizes would.
llvm::LogicalResult checkSizes(Emitter emit, mlir::TypeRange types,
                               mlir::Attribute attributes);

/// Compares inferred and actual result types.
llvm::LogicalResult checkResults(mlir::Operation *op, mlir::TypeRange inferred);

/// Infers for a builder or parser, which has verified nothing yet. LLVM 19's
/// Python `inferReturnTypes` hands over attributes instead of properties.
template <typename OpTy>
llvm::LogicalResult inferForBuilder(mlir::MLIRContext *context,
                                    std::optional<mlir::Location> location,
                                    mlir::ValueRange operands,
                                    mlir::DictionaryAttr attributes,
                                    mlir::OpaqueProperties properties,
                                    mlir::RegionRange regions, Types &types) {
  using Properties = typename OpTy::template InferredProperties<OpTy>;
  Emitter emit(location, OpTy::getOperationName());
  Properties given{};
  if constexpr (!std::is_same_v<Properties, mlir::EmptyProperties>) {
    if (properties)
      given = *properties.as<Properties *>();
    else if (attributes &&
             failed(OpTy::setPropertiesFromAttr(given, attributes, [&] {
               return mlir::emitError(
                   location.value_or(mlir::UnknownLoc::get(context)));
             })))
      return mlir::failure();
  }
  typename OpTy::Adaptor adaptor(operands, attributes, given, regions);
  mlir::Attribute numbers;
  if constexpr (!std::is_same_v<Properties, mlir::EmptyProperties>)
    numbers = OpTy::getPropertiesAsAttr(context, given);
  if (failed(checkOperands(emit, operands)) ||
      failed(checkSizes(emit, operands.getTypes(), numbers)) ||
      failed(adaptor.verify(location.value_or(mlir::UnknownLoc::get(context)))))
    return mlir::failure();
  return mlir::success(succeeded(OpTy::inferTypes(emit, adaptor, types)) &&
                       succeeded(checkSizes(emit, types, {})));
}

template <typename OpTy> llvm::LogicalResult verifyInferred(OpTy op) {
  llvm::SmallVector<mlir::Type> types;
  if (failed(OpTy::inferTypes(Emitter(op), typename OpTy::Adaptor(op), types)))
    return mlir::failure();
  return checkResults(op, types);
}

//===----------------------------------------------------------------------===//
// What inference functions share. `types` receives the result type.
//===----------------------------------------------------------------------===//

inline mlir::RankedTensorType tensorType(mlir::Value value) {
  return llvm::cast<mlir::RankedTensorType>(value.getType());
}
inline Shape shapeOf(mlir::Value value) { return tensorType(value).getShape(); }

/// Appends a tensor of `shape` with the element type of `like`.
llvm::LogicalResult yield(Types &types, Shape shape, mlir::Value like);

/// The type of the only operand.
llvm::LogicalResult inferElementwise(mlir::Value input, Types &types);

/// `T` where both types are T, else `(T) -> U`.
mlir::ParseResult parseUnaryTypes(mlir::OpAsmParser &parser, mlir::Type &input,
                                  mlir::Type &output);
void printUnaryTypes(mlir::OpAsmPrinter &printer, mlir::Operation *op,
                     mlir::Type input, mlir::Type output);

/// The shape that both broadcast to, as in NumPy; empty optional if none.
std::optional<llvm::SmallVector<int64_t>> broadcast(Shape lhs, Shape rhs);

llvm::LogicalResult checkAxis(Emitter emit, int64_t axis, mlir::Value input,
                              llvm::StringRef constraint = "(C1)");

/// Refuses a result with elements that are chosen among none.
llvm::LogicalResult checkChoice(Emitter emit, int64_t choices, Shape result,
                                llvm::StringRef constraint);

/// `optional` may be null, and otherwise has the element type of `input`.
llvm::LogicalResult checkElementType(Emitter emit, mlir::Value input,
                                     mlir::Value operand,
                                     llvm::StringRef constraint);
/// A bias may be null, of the type of `input`, or f32.
llvm::LogicalResult checkBiasType(Emitter emit, mlir::Value input,
                                  mlir::Value bias, llvm::StringRef constraint);
llvm::LogicalResult checkReluLimit(Emitter emit, bool relu,
                                   std::optional<llvm::APFloat> limit,
                                   llvm::StringRef constraint);

/// The broadcast shape of all operands, with the last one's element type.
llvm::LogicalResult inferBroadcast(Emitter emit, mlir::ValueRange operands,
                                   Types &types);
/// The same with element type i1.
llvm::LogicalResult inferComparison(Emitter emit, mlir::ValueRange operands,
                                    Types &types);
/// The type of `input`, which has a dimension `axis`.
llvm::LogicalResult inferAlongAxis(Emitter emit, mlir::Value input,
                                   int64_t axis, Types &types);
llvm::LogicalResult inferPool(Emitter emit, mlir::Value input, Shape kernel,
                              Shape strides, Shape pads, Shape dilations,
                              Types &types);

} // namespace tpu_mlir::top
