#!/bin/sh
# PostgreSQL takes a key only if it is its own and nobody else's: give it a copy that is, and go on as the image does.
set -eu
install -d -o postgres -g postgres -m 700 /var/run/postgresql/tls
install -o postgres -g postgres -m 600 /certificates/postgres.crt /certificates/postgres.key /var/run/postgresql/tls
exec docker-entrypoint.sh "$@"
