#!/bin/sh
# Temporal's own two databases, created or brought up to date; safe to run on every start.
set -eu
for name in temporal temporal_visibility; do
  folder=${name#temporal_}
  tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p 5432 -u $POSTGRES_USER --db $name"
  $tool create
  # On a database that has a schema already this changes nothing.
  $tool setup-schema -v 0.0 || true
  $tool update-schema -d "/etc/temporal/schema/postgresql/v12/$folder/versioned"
done
