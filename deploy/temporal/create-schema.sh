#!/bin/sh
# Makes Temporal's two databases and brings their schema to the version of this image. Safe to run again.
set -eu
export SQL_PASSWORD="$POSTGRES_PWD"

for pair in temporal:temporal temporal_visibility:visibility; do
  database="${pair%%:*}"
  versions="/etc/temporal/schema/postgresql/v12/${pair##*:}/versioned"
  tool="temporal-sql-tool --plugin postgres12 --ep $POSTGRES_SEEDS -p $DB_PORT -u $POSTGRES_USER --db $database"
  # These two may refuse on a database that is there already; if something else is wrong, the update says so.
  $tool create || true
  $tool setup-schema -v 0.0 || true
  $tool update-schema -d "$versions"
done
