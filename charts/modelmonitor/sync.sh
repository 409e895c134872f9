#!/usr/bin/env bash
# Brings into the chart what Helm must find inside it: the dashboards, the Prometheus rules, and the schema of monitor.yaml. A test holds the copies against their originals.
set -euo pipefail
cd "$(dirname "$0")"
root=../..

mkdir -p files/rules files/dashboards
rm -f files/rules/*.yaml files/dashboards/*.json
for file in "$root"/dashboards/rules/*.yaml; do
  # Beside the rules lie their tests, which have no groups.
  if [ -f "$file" ] && grep -q '^groups:' "$file"; then cp "$file" files/rules/; fi
done
for file in "$root"/dashboards/grafana/*.json; do
  if [ -f "$file" ]; then cp "$file" files/dashboards/; fi
done

schema=$(sed '/^    "monitor":$/q' values.schema.json)
printf '%s\n' "$schema" > values.schema.json
cat "$root/src/ModelMonitor.Host/Configuration/monitor.schema.json" >> values.schema.json
printf '  }\n}\n' >> values.schema.json
