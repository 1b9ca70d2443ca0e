#!/bin/sh
# A database and a role for each tier; run once by the postgres image on an empty volume.
set -eu
for tier in lead_gen conversion account_mgmt; do
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --set "password=$LEADRELAY_TIER_PASSWORD" <<SQL
CREATE ROLE $tier LOGIN PASSWORD :'password';
CREATE DATABASE $tier OWNER $tier;
SQL
done
