#!/usr/bin/env bash
# The sanity check: a failure here fails the instance before it gets any traffic.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
wait_for_health "${HEALTH_LIMIT_SECONDS:-60}" "${HEALTH_ANSWERS:-3}"
