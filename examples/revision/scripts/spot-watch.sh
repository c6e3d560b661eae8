#!/usr/bin/env bash
# Asks EC2 (IMDSv2) for the two-minute notice of a spot interruption, and leaves the load balancer in time.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
METADATA_URL="${METADATA_URL:-http://169.254.169.254}"
POLL_SECONDS="${POLL_SECONDS:-5}"

metadata() {
  local token
  token=$(curl --silent --fail --max-time 2 --request PUT \
    --header 'X-aws-ec2-metadata-token-ttl-seconds: 60' "$METADATA_URL/latest/api/token") || return 1
  curl --silent --fail --max-time 2 --header "X-aws-ec2-metadata-token: $token" "$METADATA_URL/latest/meta-data/$1"
}

# 404, and with it a failure, as long as there is no notice.
until notice=$(metadata spot/instance-action); do sleep "$POLL_SECONDS"; done
log "spot notice: $notice"
start_draining
instance=$(metadata instance-id)
region=$(metadata placement/region)
for arn in ${TARGET_GROUP_ARNS:-}; do
  timeout 15 aws elbv2 deregister-targets --region "$region" --target-group-arn "$arn" --targets "Id=$instance" ||
    log "could not deregister from $arn"
done
wait_until_idle "${IDLE_LIMIT_SECONDS:-60}"
timeout 35 systemctl stop shop.service
