"""python -m isa_gen {check,structs,definitions,python,reference} Isa.td [-o FILE] [--tblgen PATH]"""

import argparse
import subprocess
import sys
from pathlib import Path

from isa_gen.check import check_table
from isa_gen.cpp import definitions, structs
from isa_gen.mirror import mirror
from isa_gen.reference import reference
from isa_gen.table import read_table

BACKENDS = {"structs": structs, "definitions": definitions, "python": mirror, "reference": reference}


def main() -> int:
    """Check the table; write one output if it is sound."""
    parser = argparse.ArgumentParser(prog="isa_gen")
    parser.add_argument("output", choices=["check", *BACKENDS])
    parser.add_argument("table", type=Path)
    parser.add_argument("-o", type=Path, help="file to write; default: standard output")
    parser.add_argument("--tblgen", default="llvm-tblgen")
    options = parser.parse_args()
    try:
        table = read_table(options.table, options.tblgen)
    except FileNotFoundError:
        print(f"error: {options.tblgen} not found; give its path with --tblgen", file=sys.stderr)
        return 1
    except subprocess.CalledProcessError as failure:
        print(failure.stderr, end="", file=sys.stderr)
        return 1
    problems = check_table(table)
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    if problems:
        return 1
    if options.output == "check":
        return 0
    text = BACKENDS[options.output](table)
    if options.o is None:
        print(text, end="")
    else:
        options.o.write_text(text)
    return 0


sys.exit(main())
