#!/usr/bin/env bash
# Starts both services, and restarts them if they run already.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
stop_draining
systemctl enable shop.service shop-spot.service
timeout 50 systemctl restart shop.service shop-spot.service
