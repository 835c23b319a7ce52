#!/bin/sh
# Reads the studies, runs one query and waits for its result. The token stays in a file: it is in no argument.
set -eu
printf 'header = "Authorization: Bearer %s"\n' "$(cat "$TOKEN_FILE")" > /tmp/curl
call() { curl --fail-with-body --silent --show-error --max-time 20 --config /tmp/curl "$@"; }
call "$GATEWAY/api/v1/studies" > /dev/null
echo "the studies can be read"
field() { grep -o "\"$1\" *: *\"[^\"]*\"" | head -n 1 | cut -d '"' -f 4; }
run=$(call --header 'Content-Type: application/json' --data "$BODY" "$GATEWAY/api/v1/query-runs" | field id)
state=queued
for _ in $(seq 1 60); do
  state=$(call "$GATEWAY/api/v1/query-runs/$run" | field state)
  case $state in
    done) break ;;
    queued | running) sleep 1 ;;
    *) echo "the query ended as $state"; exit 1 ;;
  esac
done
test "$state" = done
call "$GATEWAY/api/v1/query-runs/$run/rows?offset=0&limit=1" > /dev/null
echo "a query runs and its rows can be read"
