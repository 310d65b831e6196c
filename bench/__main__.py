"""Run all measurements with their default options, quick ones first; those given are passed on to each."""

import sys

from bench import accuracy, calibrate, compile, corrections, cycles, depth, int8, methods, models, preprocess, simulator

QUICK = compile, depth, cycles, simulator, preprocess
SLOW = calibrate, methods, corrections, accuracy, int8, models

sys.exit(max(module.main(sys.argv[1:]) for module in QUICK + SLOW))
