#!/usr/bin/env bash
# Warm-up, and the last check. Also runs on blue when a rollback returns the traffic to it.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
stop_draining
for _ in {1..20}; do
  curl --silent --fail --output /dev/null --max-time 2 "$SHOP_URL/" || true
done
wait_for_health "${HEALTH_LIMIT_SECONDS:-60}" "${HEALTH_ANSWERS:-3}"
