//===- Pattern.h - Lowerings as conversion patterns -----------------------===//
#pragma once

#include "lib/Conversion/TopToTpu/Integers/Integers.h"
#include "lib/Conversion/TopToTpu/Support/Quantization.h"
#include "lib/Conversion/TopToTpu/Support/View.h"
#include "lib/Dialect/Top/Transforms/Quantization/IntegerForms.h"
#include "lib/Support/ChipOf.h"
#include "lib/Support/PartOf.h"
#include "mlir/Transforms/DialectConversion.h"

namespace tpu_mlir {

/// Why ops could not be lowered, in the words of their patterns.
using Reasons = llvm::DenseMap<mlir::Operation *, std::string>;

/// Returns the result in any view with the elements of the top result in
/// order, or null after `l.fail(why)`.
template <typename OpTy>
using LowerFunction = mlir::Value (*)(OpTy op, typename OpTy::Adaptor in,
                                      Lowering &l);

/// Gives the value that is the tensor `name` that location, through views. If
/// it holds the integers of a quantized top value, the attributes `tpu.scale`
/// and `tpu.zero_point` say what they stand for.
void nameResult(mlir::Value value, mlir::Location name, mlir::Value top = {});

/// Explains why an op cannot be computed whatever its kind, e.g. in i64.
std::string refuseTypes(mlir::Operation *op, const mlir::TypeConverter &types);

/// The operands of an op that only moves elements, in the integers of its
/// result; nothing, with the reason recorded, if one is a float.
std::optional<llvm::SmallVector<mlir::Value>>
shareQuantization(mlir::Operation *op, mlir::ValueRange operands, Lowering &l);

/// An op on quantized values as a function of each element.
mlir::Value lowerByTable(mlir::Operation *op, mlir::ValueRange operands,
                         Lowering &l);

/// What lowers an op: `floats`, on quantized values `quantized`, and on
/// integers and truth values `integers`. Without `quantized`, an op that moves
/// elements is lowered as on floats, others by a table; without `integers`, as
/// on floats.
template <typename OpTy> struct LowerFunctions {
  LowerFunction<OpTy> floats;
  LowerFunction<OpTy> quantized = nullptr;
  LowerFunction<OpTy> integers = nullptr;
};

template <typename OpTy>
class LoweringPattern : public mlir::OpConversionPattern<OpTy> {
public:
  LoweringPattern(const mlir::TypeConverter &types, mlir::MLIRContext *context,
                  LowerFunctions<OpTy> lower, Reasons &reasons)
      : mlir::OpConversionPattern<OpTy>(types, context), lower(lower),
        reasons(reasons) {}

  mlir::LogicalResult
  matchAndRewrite(OpTy op, typename OpTy::Adaptor adaptor,
                  mlir::ConversionPatternRewriter &rewriter) const override {
    std::string &reason = reasons[op];
    reason = refuseTypes(op, *this->getTypeConverter());
    if (!reason.empty())
      return rewriter.notifyMatchFailure(op, reason);
    Lowering l(rewriter, partOf(op.getLoc()), chipOf(op), reason);
    bool onIntegers = isInteger(op->getOperand(0).getType());
    mlir::Value result =
        isQuantizedOp(op)              ? lowerQuantized(op, adaptor, lower, l)
        : onIntegers && lower.integers ? lower.integers(op, adaptor, l)
                                       : lower.floats(op, adaptor, l);
    if (!result)
      return rewriter.notifyMatchFailure(op, reason);
    auto type = llvm::cast<mlir::RankedTensorType>(
        this->getTypeConverter()->convertType(op->getResult(0).getType()));
    result = l.cast(result, type.getElementType());
    result = l.reshape(result, type.getShape());
    nameResult(result, op.getLoc(), op->getResult(0));
    rewriter.replaceOp(op, result);
    return mlir::success();
  }

private:
  static mlir::Value lowerQuantized(OpTy op, typename OpTy::Adaptor in,
                                    const LowerFunctions<OpTy> &lower,
                                    Lowering &l) {
    if (lower.quantized)
      return lower.quantized(op, in, l);
    if (top::integerFormOf(op) != top::IntegerForm::Move)
      return lowerByTable(op, in.getOperands(), l);
    auto operands = shareQuantization(op, in.getOperands(), l);
    if (!operands)
      return {};
    return lower.floats(op, typename OpTy::Adaptor(*operands, op), l);
  }

  LowerFunctions<OpTy> lower;
  Reasons &reasons;
};

/// Where the families put their lowerings.
class Lowerings {
public:
  Lowerings(const mlir::TypeConverter &types, mlir::RewritePatternSet &patterns,
            Reasons &reasons)
      : types(types), patterns(patterns), reasons(reasons) {}

  template <typename OpTy>
  void add(LowerFunction<OpTy> floats, LowerFunction<OpTy> quantized = nullptr,
           LowerFunction<OpTy> integers = nullptr) {
    add(LowerFunctions<OpTy>{floats, quantized, integers});
  }
  /// For a pattern written by hand.
  template <typename Pattern> void addPattern() {
    patterns.add<Pattern>(types, patterns.getContext());
  }

private:
  template <typename OpTy> void add(LowerFunctions<OpTy> lower) {
    patterns.add<LoweringPattern<OpTy>>(types, patterns.getContext(), lower,
                                        reasons);
  }

  const mlir::TypeConverter &types;
  mlir::RewritePatternSet &patterns;
  Reasons &reasons;
};

void addActivations(Lowerings &lowerings);
void addArgs(Lowerings &lowerings);
void addAttentions(Lowerings &lowerings);
void addConvs(Lowerings &lowerings);
void addElementwise(Lowerings &lowerings);
void addGathers(Lowerings &lowerings);
void addLogic(Lowerings &lowerings);
void addMatMuls(Lowerings &lowerings);
void addNormalizations(Lowerings &lowerings);
void addPools(Lowerings &lowerings);
void addReductions(Lowerings &lowerings);
void addResizes(Lowerings &lowerings);
void addShapes(Lowerings &lowerings);
void addSlices(Lowerings &lowerings);
void addSoftmax(Lowerings &lowerings);
void addTrigonometry(Lowerings &lowerings);

} // namespace tpu_mlir
