#!/usr/bin/env bash
# Shared by the hooks. The variables let a test run them without root.
set -euo pipefail
SHOP_URL="${SHOP_URL:-http://127.0.0.1:8080}"
DRAIN_FILE="${DRAIN_FILE:-/run/shop/draining}"
METADATA_URL="${METADATA_URL:-http://169.254.169.254}"

log() { echo "$(basename "$0"): $*"; }

start_draining() {
  mkdir -p "$(dirname "$DRAIN_FILE")"
  touch "$DRAIN_FILE"
}

stop_draining() { rm -f "$DRAIN_FILE"; }

# metadata PATH: what EC2 tells the instance about itself (IMDSv2).
metadata() {
  local token
  token=$(curl --silent --fail --max-time 2 --request PUT \
    --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$METADATA_URL/latest/api/token") || return 1
  curl --silent --fail --max-time 2 --header "X-aws-ec2-metadata-token: $token" "$METADATA_URL/latest/meta-data/$1"
}

# wait_for_health SECONDS GOOD: so many good answers in a row, within so many seconds.
wait_for_health() {
  local limit=$1 wanted=$2 good=0 end=$((SECONDS + $1))
  while ((SECONDS < end)); do
    if curl --silent --fail --output /dev/null --max-time 2 "$SHOP_URL/health"; then
      good=$((good + 1))
      if ((good >= wanted)); then
        log "healthy, $good answers in a row"
        return 0
      fi
    else
      good=0
    fi
    sleep 0.5
  done
  log "not healthy within $limit s"
  return 1
}

# wait_until_idle SECONDS: until no request is running. Not an error at the limit: stopping has a grace of its own.
wait_until_idle() {
  local end=$((SECONDS + $1)) active=unknown
  while ((SECONDS < end)); do
    active=$(curl --silent --fail --max-time 2 "$SHOP_URL/active" || echo 0)
    if ((active == 0)); then
      log 'no request is running'
      return 0
    fi
    sleep 0.5
  done
  log "$active requests still run after $1 s"
}
