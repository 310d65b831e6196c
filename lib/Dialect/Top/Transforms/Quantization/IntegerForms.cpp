//===- IntegerForms.cpp - Which ops can be computed in integers -----------===//
#include "lib/Dialect/Top/Transforms/Quantization/IntegerForms.h"

#include "lib/Dialect/Top/Transforms/ElementFunctions.h"
#include "lib/Dialect/Top/Transforms/Weights.h"

#include <cmath>

using namespace mlir;
using namespace tpu_mlir::top;
using Form = IntegerForm;

/// Floats, or stored integers, or such as floats.
static bool isConstant(Value value) {
  if (auto cast = value.getDefiningOp<CastOp>())
    value = cast.getInput();
  auto weight = value.getDefiningOp<WeightOp>();
  return weight && (weight.getQuantized() || FloatData::read(value));
}

template <typename OpTy> static Form formOfConv(OpTy op) {
  bool known =
      isConstant(op.getFilter()) && (!op.getBias() || isConstant(op.getBias()));
  return known && !weightOf(op.getInput()) ? Form::ComputeToFloat : Form::None;
}
static Form formOf(ConvOp op) { return formOfConv(op); }
static Form formOf(ConvTransposeOp op) { return formOfConv(op); }

static Form formOf(MatMulOp op) {
  bool known = !op.getBias() || isConstant(op.getBias());
  return known && !weightOf(op.getLhs()) ? Form::ComputeToFloat : Form::None;
}

/// Every window has the same divisor.
static Form formOf(AveragePoolOp op) {
  auto isZero = [](int64_t pad) { return pad == 0; };
  auto isOne = [](int64_t dilation) { return dilation == 1; };
  bool even = op.getCountIncludePad() || llvm::all_of(op.getPads(), isZero);
  return even && llvm::all_of(op.getDilations(), isOne) ? Form::Compute
                                                        : Form::None;
}

static Form formOf(ReduceOp op) {
  switch (op.getKind()) {
  case ReduceKind::Mean:
  case ReduceKind::Sum:
    return Form::Compute;
  case ReduceKind::Max:
    return Form::Move;
  default:
    return Form::None;
  }
}

static Form formOf(ResizeOp op) {
  return op.getMode() == ResizeMode::Nearest ? Form::Move : Form::None;
}

static Form formOf(ReluOp) { return Form::Clamp; }
static Form formOf(ClipOp op) {
  return op.getMin().isZero() ? Form::Clamp : Form::Compute;
}

/// Between floats: the values stay.
static Form formOf(CastOp op) {
  return isReal(op.getInput().getType()) && isReal(op.getType()) ? Form::Move
                                                                 : Form::None;
}

/// Of two values; with a constant it may be a function of the other.
template <typename OpTy> static Form formOfArithmetic(OpTy op) {
  if (!isReal(op.getType()))
    return Form::None;
  bool known = llvm::all_of(op->getOperands(), [](Value operand) {
    return !weightOf(operand) || isConstant(operand);
  });
  return known ? Form::Compute : Form::None;
}
static Form formOf(AddOp op) { return formOfArithmetic(op); }
static Form formOf(SubOp op) { return formOfArithmetic(op); }
static Form formOf(MulOp op) { return formOfArithmetic(op); }
static Form formOf(MaxOp op) { return formOfArithmetic(op); }
static Form formOf(MinOp op) { return formOfArithmetic(op); }

template <typename... OpTys>
static std::optional<Form> firstForm(Operation *op) {
  std::optional<Form> form;
  (void)((isa<OpTys>(op) && (form = formOf(cast<OpTys>(op)), true)) || ...);
  return form;
}

IntegerForm tpu_mlir::top::integerFormOf(Operation *op) {
  if (!llvm::any_of(op->getResultTypes(), isReal))
    return Form::None;
  if (isa<ReshapeOp, TransposeOp, ExpandOp, TileOp, ConcatOp, SplitOp,
          DepthToSpaceOp, SpaceToDepthOp, SliceOp, PadOp, GatherOp, MaxPoolOp>(
          op))
    return Form::Move;
  if (std::optional<Form> form =
          firstForm<ConvOp, ConvTransposeOp, MatMulOp, AveragePoolOp, ReduceOp,
                    ResizeOp, ReluOp, ClipOp, CastOp, AddOp, SubOp, MulOp,
                    MaxOp, MinOp>(op))
    return *form;
  return elementFunction(op) ? Form::Compute : Form::None;
}

bool tpu_mlir::top::hasOwnIntegers(Operation *op) {
  auto isStored = [](Type type) {
    return isQuantized(getElementTypeOrSelf(type));
  };
  return llvm::any_of(op->getResultTypes(), isStored) ||
         (!isa<CastOp>(op) && llvm::any_of(op->getOperandTypes(), isStored));
}

std::optional<ChannelWeight> tpu_mlir::top::channelWeightOf(Operation *op) {
  if (isa<ConvOp>(op))
    return ChannelWeight{1, 0};
  if (isa<ConvTransposeOp>(op))
    return ChannelWeight{1, 1};
  auto matmul = dyn_cast<MatMulOp>(op);
  if (!matmul || !weightOf(matmul.getRhs()))
    return std::nullopt;
  unsigned rank = cast<RankedTensorType>(matmul.getRhs().getType()).getRank();
  return ChannelWeight{1, rank - (matmul.getTransposeRhs() ? 2 : 1)};
}
