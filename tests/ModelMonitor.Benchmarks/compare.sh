#!/usr/bin/env bash
# Alternates the Python baseline and this program's goal 1, 2, 3 or 4; prints the medians of their CPU seconds and the ratio.
# compare.sh 1|2 BASELINES DATA [FEATURES=300] [ROWS=1000000] [ROUNDS=5]
# compare.sh 3|4 BASELINES DATA [ROWS=10000000] [ROUNDS=5]
#   BASELINES  folder that holds psi.py and binary_metrics.py; DATA what generate.py wrote. Build first: dotnet build tests/ModelMonitor.Benchmarks -c Release
set -euo pipefail
goal=$1 baselines=$2 data=$3
shift 3
python=${PYTHON:-/usr/bin/python3}
program="$(dirname "$0")/bin/Release/net10.0/ModelMonitor.Benchmarks"
lines=$(mktemp)
trap 'rm -f "$lines"' EXIT
if [ "$goal" -le 2 ]; then
  features=${1:-300} rows=${2:-1000000} rounds=${3:-5}
  bins=$([ "$goal" = 1 ] && echo 10 || echo 100)
  theirs=(psi.py "$data" "$features" "$rows" "$bins" searchsorted 1)
  ours=("goal$goal" "$data" "$features" "$rows" 1)
else
  rows=${1:-10000000} rounds=${2:-5}
  theirs=(binary_metrics.py "$data" "$rows" "$([ "$goal" = 3 ] && echo auc || echo all)" 1)
  ours=("goal$goal" "$data" "$rows" 1)
fi
for _ in $(seq "$rounds"); do
  "$python" "$baselines/${theirs[0]}" "${theirs[@]:1}" | sed 's/^{/{"of": "baseline", /' | tee -a "$lines"
  "$program" "${ours[@]}" | sed 's/^{/{"of": "ours", /' | tee -a "$lines"
done
"$python" - "$lines" <<'PY'
import json, statistics, sys
runs = [json.loads(line) for line in open(sys.argv[1])]
theirs, ours = [r for r in runs if r["of"] == "baseline"], [r for r in runs if r["of"] == "ours"]
median = lambda rows, key: statistics.median(r[key] for r in rows)
baseline, work = median(theirs, "cpu_s"), median(ours, "cpu_s")
result = dict(rounds=len(ours), baseline_cpu_s=baseline, cpu_s=work, ratio=round(baseline / work, 1), peak_mib=median(ours, "peak_mib"), baseline_peak_mib=median(theirs, "peak_mib"))
if "psi_sum" in ours[0]:
    read = median(ours, "read_cpu_s")
    result |= dict(bins=ours[0]["bins"], read_cpu_s=read, share_of_read_bandwidth=round(read / work, 3), ns_per_value=round(median(ours, "ns_per_value"), 3))
    difference, most = max(abs(a["psi_sum"] - b["psi_sum"]) for a in theirs for b in ours), 1e-6
else:
    result |= dict(ns_per_row=round(median(ours, "ns_per_row"), 2))
    difference = max(abs(a["auc"] - b["auc"]) for a in theirs for b in ours)
    most = ours[0].get("auc_bound", 0) + 1e-12
print(json.dumps(result | dict(difference=difference)))
sys.exit(difference > most)
PY
