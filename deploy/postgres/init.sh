#!/bin/sh
# A role and its database for each tier, and one role for Temporal's two; run once, on an empty volume.
set -eu
database() { # ROLE DATABASE
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set "name=$2" --set "role=$1" <<'SQL'
CREATE DATABASE :"name" OWNER :"role";
REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
SQL
}
role() { # ROLE PASSWORD
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set "role=$1" --set "password=$2" <<'SQL'
CREATE ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SQL
}
role lead_gen "$LEAD_GEN_PASSWORD"
role conversion "$CONVERSION_PASSWORD"
role account_mgmt "$ACCOUNT_MGMT_PASSWORD"
role temporal "$TEMPORAL_PASSWORD"
for tier in lead_gen conversion account_mgmt; do database "$tier" "$tier"; done
for name in temporal temporal_visibility; do database temporal "$name"; done
