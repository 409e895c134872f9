#!/usr/bin/env bash
# What the dashboards are written with: Grafana's foundation SDK and the TypeScript compiler.
set -euo pipefail
cd "$(dirname "$0")"

npm ci --ignore-scripts --no-audit --no-fund --fetch-retries 5 >/dev/null
