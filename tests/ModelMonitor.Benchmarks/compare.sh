#!/usr/bin/env bash
# Alternates the Python baseline and this program's goal 1 or 2; prints the medians of their CPU seconds and the ratio.
# compare.sh GOAL(1|2) BASELINES DATA [FEATURES=300] [ROWS=1000000] [ROUNDS=5]
#   BASELINES  folder that holds psi.py; DATA what generate.py wrote. Build first: dotnet build tests/ModelMonitor.Benchmarks -c Release
set -euo pipefail
goal=$1 baselines=$2 data=$3 features=${4:-300} rows=${5:-1000000} rounds=${6:-5}
python=${PYTHON:-/usr/bin/python3}
program="$(dirname "$0")/bin/Release/net10.0/ModelMonitor.Benchmarks"
bins=$([ "$goal" = 1 ] && echo 10 || echo 100)
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
for _ in $(seq "$rounds"); do
  "$python" "$baselines/psi.py" "$data" "$features" "$rows" "$bins" searchsorted 1 | tee -a "$lines"
  "$program" "goal$goal" "$data" "$features" "$rows" 1 | tee -a "$lines"
done
"$python" - "$lines" <<'PY'
import json, statistics, sys
runs = [json.loads(line) for line in open(sys.argv[1])]
theirs, ours = [r for r in runs if r["what"] == "psi"], [r for r in runs if r["what"] != "psi"]
median = lambda rows, key: statistics.median(r[key] for r in rows)
baseline, work, read = median(theirs, "cpu_s"), median(ours, "cpu_s"), median(ours, "read_cpu_s")
difference = max(abs(a["psi_sum"] - b["psi_sum"]) for a in theirs for b in ours)
print(json.dumps(dict(bins=ours[0]["bins"], rounds=len(ours), baseline_cpu_s=baseline, cpu_s=work, read_cpu_s=read, ratio=round(baseline / work, 1),
                      share_of_read_bandwidth=round(read / work, 3), ns_per_value=round(median(ours, "ns_per_value"), 3),
                      peak_mib=median(ours, "peak_mib"), baseline_peak_mib=median(theirs, "peak_mib"), psi_sum_difference=difference)))
sys.exit(difference > 1e-6)
PY
