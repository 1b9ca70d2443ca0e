#!/bin/sh
# Debian's Prometheus takes no OTLP and knows no flag for it; everything else is as the compose file says.
set -eu
for one in "$@"; do
	shift
	[ "$one" = "--web.enable-otlp-receiver" ] || set -- "$@" "$one"
done
exec prometheus "$@"
