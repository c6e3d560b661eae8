#!/usr/bin/env bash
# What the files need. Can run any number of times.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
command -v node >/dev/null || { log 'Node.js is missing: install it in user data'; exit 1; }
id shop >/dev/null 2>&1 || useradd --system --no-create-home --shell /sbin/nologin shop
mkdir -p /opt/shop /etc/shop
