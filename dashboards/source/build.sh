#!/usr/bin/env bash
# Checks the sources against the SDK's types and writes the dashboards, into ../grafana or the folder that is named.
set -euo pipefail
into=$(realpath "${1:-$(dirname "$0")/../grafana}")
cd "$(dirname "$0")"

[ -d node_modules ] || ./install.sh
node node_modules/typescript/bin/tsc
node obj/index.js "$into"
