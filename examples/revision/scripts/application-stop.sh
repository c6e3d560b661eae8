#!/usr/bin/env bash
# Graceful stop: systemd sends SIGTERM and waits TimeoutStopSec. Stopping what is not there is no error.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
if systemctl list-unit-files shop.service | grep -q shop.service; then
  timeout 80 systemctl stop shop.service shop-spot.service
fi
