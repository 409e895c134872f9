#!/usr/bin/env bash
# What the tests of the pages need beside Debian's chromium: the driver and the rules of accessibility.
set -euo pipefail
cd "$(dirname "$0")"

npm ci --ignore-scripts --no-audit --no-fund --fetch-retries 5 >/dev/null
