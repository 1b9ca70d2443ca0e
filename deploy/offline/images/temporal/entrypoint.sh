#!/bin/sh
# Looks whether Temporal's server could have what the compose file promises it, then runs the development server, which
# keeps its data in a file instead.
set -eu
[ "$SQL_TLS_ENABLED/$SQL_HOST_VERIFICATION/$DB/$NUM_HISTORY_SHARDS" = "true/true/postgres12/512" ]
[ -r "$DYNAMIC_CONFIG_FILE_PATH" ]
[ "${PROMETHEUS_ENDPOINT%:*}" = 0.0.0.0 ]
for name in temporal temporal_visibility; do
  PGPASSWORD=$POSTGRES_PWD psql -v ON_ERROR_STOP=1 -qAt -c "select version from schema_version" \
    "host=$POSTGRES_SEEDS port=$DB_PORT user=$POSTGRES_USER dbname=$name sslmode=verify-full sslrootcert=$SQL_CA"
done
exec temporal server start-dev --ip 0.0.0.0 --port 7233 --metrics-port "${PROMETHEUS_ENDPOINT##*:}" --headless \
  --db-filename /home/temporal/temporal.db \
  --sqlite-pragma journal_mode=WAL --sqlite-pragma synchronous=NORMAL --log-level warn \
  --dynamic-config-value history.transferProcessorMaxPollRPS=100 --dynamic-config-value history.timerProcessorMaxPollRPS=100
