#!/usr/bin/env bash
# What the tests take from npm: a gRPC client with another Arrow implementation, and models as their authors ship them.
set -euo pipefail
cd "$(dirname "$0")"

npm ci --ignore-scripts --no-audit --no-fund --fetch-retries 5 >/dev/null
rm -rf models && mkdir models
archive=$(npm pack --silent --ignore-scripts --fetch-retries 5 --pack-destination models @ricky0123/vad-web@0.0.31)
tar -xzf "models/$archive" -C models --strip-components 2 --wildcards 'package/dist/*.onnx'
rm "models/$archive"
