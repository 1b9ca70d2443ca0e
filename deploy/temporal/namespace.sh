#!/bin/sh
# The namespace that Leadrelay works in, with histories of closed workflows kept for a month.
set -eu
until temporal operator cluster health --address "$TEMPORAL_ADDRESS"; do sleep 1; done
temporal operator namespace describe --address "$TEMPORAL_ADDRESS" -n "$NAMESPACE" ||
  temporal operator namespace create --address "$TEMPORAL_ADDRESS" -n "$NAMESPACE" --retention 30d
