#!/usr/bin/env bash
# Asks EC2 (IMDSv2) for the two-minute notice of a spot interruption, and leaves the load balancer in time.
set -euo pipefail
# shellcheck source=common.sh
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"
POLL_SECONDS="${POLL_SECONDS:-5}"

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
# The rest of its log: the timer might not come round to it any more.
timeout 20 systemctl start shop-logs.service || log 'could not back up the log'
