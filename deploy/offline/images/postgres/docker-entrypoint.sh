#!/bin/sh
# As much of the official image's entry point as is leaned on here: a cluster on an empty volume, its user and database, the
# scripts in docker-entrypoint-initdb.d by the socket alone, then the server, as the user postgres.
set -eu
export PGDATA=/var/lib/postgresql/data
if [ "$(id -u)" = 0 ]; then
  install -d -o postgres -g postgres -m 700 "$PGDATA"
  install -d -o postgres -g postgres -m 755 /var/run/postgresql
  exec setpriv --reuid=postgres --regid=postgres --init-groups "$0" "$@"
fi
if [ ! -s "$PGDATA/PG_VERSION" ]; then
  export POSTGRES_USER="${POSTGRES_USER:-postgres}"
  password=$(mktemp)
  printf %s "$POSTGRES_PASSWORD" > "$password"
  initdb -U "$POSTGRES_USER" --auth-local=trust --auth-host=scram-sha-256 --pwfile="$password" -E UTF8 --no-locale -N > /dev/null
  rm "$password"
  echo "host all all all scram-sha-256" >> "$PGDATA/pg_hba.conf"
  echo "listen_addresses = '*'" >> "$PGDATA/postgresql.conf"
  shift
  pg_ctl -w start -o "$* -c listen_addresses=''" > /dev/null
  if [ -n "${POSTGRES_DB:-}" ]; then createdb -U "$POSTGRES_USER" "$POSTGRES_DB"; fi
  for script in /docker-entrypoint-initdb.d/*.sh; do if [ -x "$script" ]; then "$script"; fi; done
  pg_ctl -m fast -w stop > /dev/null
  set -- postgres "$@"
fi
exec "$@"
