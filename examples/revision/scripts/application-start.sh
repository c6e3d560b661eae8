#!/usr/bin/env bash
# Starts the services, and restarts them if they run already; the backup of the log needs no restart.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
stop_draining
systemctl enable shop.service shop-spot.service shop-logs.timer shop-logs-end.service
timeout 30 systemctl start shop-logs.timer shop-logs-end.service
timeout 50 systemctl restart shop.service shop-spot.service
