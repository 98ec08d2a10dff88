#!/bin/bash
# Health of the container's silo: asks /healthz/live on the metrics port. What serves no metrics (a client, 'run') has nothing to ask and is well.
# In bash because the base image has no HTTP client.
[ -n "$RESPRUNE__METRICSPORT" ] || exit 0
exec 3<>"/dev/tcp/127.0.0.1/$RESPRUNE__METRICSPORT" || exit 1
printf 'GET /healthz/live HTTP/1.0\r\nHost: localhost\r\n\r\n' >&3
read -r -t 4 _ status _ <&3
[ "$status" = 200 ]
