//===- TopOpsShard.h - What each part of the generated op code includes ---===//
#pragma once

#include "lib/Dialect/Top/IR/Inference.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/DialectImplementation.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace tpu_mlir::top;

#include "dialects/Top/TopOps.cpp.inc"
