#!/usr/bin/env bash
# Runs once, on an empty data directory: a role and a database of its own for each tier and for Temporal, and TLS,
# without which the production profile does not connect.
set -euo pipefail

# A role that owns the databases named after it. psql quotes name and password itself.
role() {
    local name=$1 password=$2
    psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet \
        --set ON_ERROR_STOP=1 --set name="$name" --set password="$password" <<'SQL'
CREATE ROLE :"name" LOGIN PASSWORD :'password';
SQL
}

database() {
    local name=$1 owner=$2
    psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet \
        --set ON_ERROR_STOP=1 --set name="$name" --set owner="$owner" <<'SQL'
CREATE DATABASE :"name" OWNER :"owner";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}

role lead_gen "${LEAD_GEN_DB_PASSWORD:?is not set}"
role conversion "${CONVERSION_DB_PASSWORD:?is not set}"
role account_mgmt "${ACCOUNT_MGMT_DB_PASSWORD:?is not set}"
role temporal "${TEMPORAL_DB_PASSWORD:?is not set}"

database lead_gen lead_gen
database conversion conversion
database account_mgmt account_mgmt
database temporal temporal
database temporal_visibility temporal

# A certificate of this server's own; replace server.crt and server.key to have clients verify it.
openssl req -new -x509 -days 3650 -nodes -subj /CN=postgres \
    -out "$PGDATA/server.crt" -keyout "$PGDATA/server.key"
chmod 600 "$PGDATA/server.key"
psql --username "$POSTGRES_USER" --dbname postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
    --command "ALTER SYSTEM SET ssl = 'on'"
