#!/bin/sh
# Temporal's tables in its two databases, made or brought up to date; safe to run on every start. The role, its password
# and TLS come from the environment (POSTGRES_USER, SQL_PASSWORD, SQL_TLS, SQL_TLS_CA_FILE).
set -eu
for name in temporal temporal_visibility; do
  folder=${name#temporal_}
  tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p 5432 -u $POSTGRES_USER --db $name"
  # On a database that has a schema already this changes nothing, and says so as an error.
  $tool setup-schema -v 0.0 || true
  $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$folder/versioned"
done
