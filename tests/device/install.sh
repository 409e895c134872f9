#!/usr/bin/env bash
# Puts together a GPU without a GPU, for the tests of the device path, in tests/device/bin: ONNX Runtime with its WebGPU provider (npm's
# onnxruntime-node), the shim between it and the managed assembly, and SwiftShader, Vulkan in software, out of Debian's chromium.
set -euo pipefail
cd "$(dirname "$0")"

npm ci --ignore-scripts --no-audit --no-fund --fetch-retries 5 >/dev/null
rm -rf bin && mkdir bin
cp node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime.so.1 bin/

packages=$(mktemp -d)
trap 'rm -rf "$packages"' EXIT
download() { (cd "$packages" && apt-get download -qq chromium-common libvulkan1 2>/dev/null); }
download || { apt-get update -qq && download; }
for package in "$packages"/*.deb; do dpkg-deb -x "$package" "$packages"; done
cp "$packages"/usr/lib/chromium/libvk_swiftshader.so "$packages"/usr/lib/chromium/vk_swiftshader_icd.json bin/
cp "$packages"/usr/lib/x86_64-linux-gnu/libvulkan.so.1 bin/

# The headers of the version that the managed assembly is of; the first function that the native library does not have ends its table.
version=$(sed -n 's/.*"Microsoft.ML.OnnxRuntime" Version="\([^"]*\)".*/\1/p' ../../Directory.Packages.props)
root=$(dotnet nuget locals global-packages --list | sed 's/.*: //')
gcc -shared -fPIC -O1 -Wall -DFIRST_NEW=SessionOptionsSetEpContextDataReadFunc -I "${root%/}/microsoft.ml.onnxruntime/$version/build/native/include" -o bin/libonnxruntime.so shim.c -ldl
