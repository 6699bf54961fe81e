#!/bin/sh
# Makes our namespace and the search attributes that operations filter by. Safe to run again.
# Wants TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE, which the temporal command reads from the environment as well.
set -eu

tries=0
until temporal operator cluster health >/dev/null 2>&1; do
  tries=$((tries + 1))
  if [ "$tries" -ge 60 ]; then
    echo "Temporal at $TEMPORAL_ADDRESS did not become healthy." >&2
    exit 1
  fi
  sleep 1
done

temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention "${RETENTION:-72h}"

# A namespace that was made a moment ago is not known everywhere yet.
for name in AdjutantWorkspace AdjutantAgent AdjutantRootTask AdjutantStatus; do
  tries=0
  until temporal operator search-attribute create --namespace "$TEMPORAL_NAMESPACE" --name "$name" --type Keyword; do
    tries=$((tries + 1))
    if [ "$tries" -ge 20 ]; then exit 1; fi
    sleep 1
  done
done
