//===- Cast.h - Conversions between the chip's number formats -------------===//
#pragma once

#include "lib/Simulator/Tiu/Elements.h"
#include "lib/Simulator/Tiu/Rounding.h"

namespace tpu_mlir::sim {

/// Whether arith.cast converts between two formats with this round mode; all
/// but f16 <-> bf16, and half up / half down from floats to integers.
bool canCast(isa::Precision from, isa::Precision to, RoundMode mode);

/// Integers saturate, NaN gives 0; between equal float formats the value is
/// rounded to an integral one.
void castRun(ReadRun from, isa::Precision fromPrecision, bool fromSigned,
             WriteRun to, isa::Precision toPrecision, bool toSigned,
             RoundMode mode, unsigned count);

/// castRun for conversions whose loops become vectors; false for others, which
/// it leaves alone.
bool castVector(ReadRun from, isa::Precision fromPrecision, bool fromSigned,
                WriteRun to, isa::Precision toPrecision, bool toSigned,
                RoundMode mode, unsigned count);

/// (-1)^negative * mantissa * 2^exponent in a float format (its bits). Round
/// modes apply to the magnitude where they call for a half. Beyond the largest
/// finite value: infinity, or that value if `keepFinite` and the mode is
/// directed towards it.
uint32_t packFloat(bool negative, uint64_t mantissa, int exponent,
                   isa::Precision format, RoundMode mode, bool keepFinite);

} // namespace tpu_mlir::sim
