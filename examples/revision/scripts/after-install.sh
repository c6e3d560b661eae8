#!/usr/bin/env bash
# The files are there: rights, and systemd reads its units again.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
chown -R root:shop /opt/shop
chmod -R u=rwX,g=rX,o= /opt/shop
chmod u+x,g+x /opt/shop/scripts/*.sh
timeout 50 systemctl daemon-reload
