#!/usr/bin/env bash
# Health turns bad, so that nothing counts on this instance any more; running requests go on.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
start_draining
