#ifndef PYTHON_BINDINGS_TOP
#define PYTHON_BINDINGS_TOP
include "dialects/Top/TopOps.td"
#endif
