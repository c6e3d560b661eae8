#!/usr/bin/env bash
# Copies what was logged since the last time to S3. It reads the journal only, so that the application notices nothing.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
STATE_DIRECTORY="${STATE_DIRECTORY:-/var/lib/shop-logs}"
cursor="$STATE_DIRECTORY/cursor"
[[ -n "${LOG_ADDRESS:-}" ]] || { log 'LOG_ADDRESS is not set in /etc/shop/logs.env: no backup'; exit 0; }

mkdir -p "$STATE_DIRECTORY"
exec 9>"$STATE_DIRECTORY/lock"
flock --timeout 15 9 # the timer and the end of the instance may meet
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# journalctl moves the cursor on; ours follows only after the upload, so that a failed one is made up for the next time.
[[ ! -f "$cursor" ]] || cp "$cursor" "$folder/cursor"
journalctl --quiet --no-pager --output=short-iso --unit=shop.service --unit=shop-spot.service \
  --cursor-file="$folder/cursor" >"$folder/shop.log"
[[ -s "$folder/shop.log" ]] || exit 0
gzip "$folder/shop.log"
instance=$(metadata instance-id)
region=$(metadata placement/region)
timeout 30 aws s3 cp --only-show-errors --region "$region" "$folder/shop.log.gz" \
  "$LOG_ADDRESS/$(date --utc +%Y/%m/%d)/$instance-$(date --utc +%H%M%S).log.gz"
mv "$folder/cursor" "$cursor"
