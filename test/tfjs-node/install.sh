#!/usr/bin/env bash
# Installs the real @tensorflow/tfjs-node-gpu for the tests where libtensorflow's download host cannot be reached: TensorFlow's library
# comes out of the Python wheel tensorflow-cpu, and the package's own C++ binding is compiled against it. No GPU is needed; without
# one the package computes on the CPU.
#   install.sh [DIR]    default DIR: ${XDG_CACHE_HOME:-~/.cache}/karma-mas/tfjs-node. Prints DIR on its last line.
# Needs npm, pip (PYTHON=python3), g++. Downloads 207 MB once; reruns do nothing that is already done. Runs at the same time wait for one another.
set -euo pipefail
dir=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/karma-mas/tfjs-node}
python=${PYTHON:-python3}
tensorflow=2.15.1 package=4.22.0 headers=1.9.0

mkdir -p "$dir"
cd "$dir"
dir=$PWD
exec 9>.lock
flock 9

p=node_modules/@tensorflow/tfjs-node-gpu
binding=$p/lib/napi-v8/tfjs_binding.node
lib=$dir/.libtensorflow/tensorflow-cpu-$tensorflow
if [ -f "$binding" ] && [ -f "$lib/.done" ]; then
  echo "$dir"
  exit
fi

[ -f package.json ] || echo '{"private":true}' > package.json
# Without its scripts: they would ask for a prebuilt library.
[ -f "$p/binding/tfjs_backend.cc" ] || npm install --save-exact --ignore-scripts --no-audit --no-fund "@tensorflow/tfjs-node-gpu@$package"

# node_api.h without Node's own headers. Packed, because `npm install` could prune it.
api=$dir/.libtensorflow/node-api-headers
if [ ! -f "$api/include/node_api.h" ]; then
  mkdir -p "$api"
  tar -xzf "$(cd "$api" && realpath "$(npm pack --silent "node-api-headers@$headers")")" --strip-components=1 -C "$api"
fi

if [ ! -f "$lib/.done" ]; then
  tmp=$(mktemp -d)
  trap 'rm -rf "$tmp"' EXIT
  "$python" -m pip download -q --no-cache-dir --no-deps --only-binary=:all: --python-version 310 \
    --platform manylinux2014_x86_64 --platform manylinux_2_17_x86_64 -d "$tmp" "tensorflow-cpu==$tensorflow"
  mkdir -p "$lib"
  # The C API (libtensorflow_cc, libtensorflow_framework) and its headers.
  "$python" - "$tmp"/*.whl "$lib" <<'PYTHON'
import fnmatch, sys, zipfile
wanted = ['tensorflow/libtensorflow_*.so.2', 'tensorflow/include/tensorflow/c/*', 'tensorflow/include/tensorflow/core/platform/ctstring*.h',
          'tensorflow/include/tsl/c/*', 'tensorflow/include/tsl/platform/ctstring*.h']
with zipfile.ZipFile(sys.argv[1]) as wheel:
    wheel.extractall(sys.argv[2], [name for name in wheel.namelist() if any(fnmatch.fnmatch(name, w) for w in wanted)])
PYTHON
  touch "$lib/.done"
fi

mkdir -p "$p/deps/lib" "$p/lib/napi-v8"
ln -sfn "$lib/tensorflow/include" "$p/deps/include"
for n in cc framework; do ln -sf "$lib/tensorflow/libtensorflow_$n.so.2" "$p/deps/lib/libtensorflow_$n.so.2"; done
ln -sf libtensorflow_cc.so.2 "$p/deps/lib/libtensorflow.so"
ln -sf libtensorflow_framework.so.2 "$p/deps/lib/libtensorflow_framework.so"
g++ -O2 -std=c++17 -fPIC -shared -DNAPI_VERSION=8 -DBUILDING_NODE_EXTENSION -I"$p/deps/include" -I"$api/include" \
  "$p/binding/tfjs_backend.cc" "$p/binding/tfjs_binding.cc" -L"$p/deps/lib" -ltensorflow -ltensorflow_framework \
  -Wl,-rpath,'$ORIGIN/../../deps/lib' -o "$binding.new"
mv "$binding.new" "$binding"
echo "$dir"
