//===- Sizes.h - How large tensors and the numbers of ops may be ----------===//
#pragma once

#include "mlir/IR/OpDefinition.h"

#include <cstdint>
#include <string>

namespace tpu_mlir {

/// Most elements of a tensor, an empty dimension counted as one, and the
/// largest number in an attribute. Sums of products of two such numbers fit
/// into 64 bits, so that no inference has to think of overflow.
inline constexpr int64_t kMaxElements = INT32_MAX;

/// The product of the sizes, the largest integer where that is too small.
int64_t countElements(llvm::ArrayRef<int64_t> shape);

/// Whether a tensor has elements.
bool hasElements(mlir::Type type);

/// Why the types or attributes of an op exceed the limit; "" if none does.
std::string describeExcess(mlir::TypeRange types, mlir::Attribute attributes);

/// Operands, results and attributes stay within the limit.
template <typename ConcreteType>
class BoundedSizes
    : public mlir::OpTrait::TraitBase<ConcreteType, BoundedSizes> {
public:
  static llvm::LogicalResult verifyTrait(mlir::Operation *op) {
    std::string excess =
        describeExcess(op->getOperandTypes(), op->getPropertiesAsAttribute());
    if (excess.empty())
      excess = describeExcess(op->getResultTypes(), {});
    return excess.empty() ? llvm::success()
                          : llvm::LogicalResult(op->emitOpError(excess));
  }
};

} // namespace tpu_mlir
