// Imported by <package>._mlir_libs as "_site_initialize_0".
#include "lib/CAPI/TpuMlir.h"
#include "mlir/Bindings/Python/PybindAdaptors.h"
namespace py = pybind11;
PYBIND11_MODULE(_site_initialize_0, m) {
  m.doc() = "Registers all dialects and passes of the tool chain";
  m.def("register_dialects",
        [](MlirDialectRegistry r) { tpuMlirRegisterAllDialects(r); });
  tpuMlirRegisterAllPasses(); // the pass registry is process-global: once
}
