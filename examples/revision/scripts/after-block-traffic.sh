#!/usr/bin/env bash
# The load balancer has deregistered the instance; running requests may finish.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
wait_until_idle "${IDLE_LIMIT_SECONDS:-60}"
