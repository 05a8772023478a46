#!/usr/bin/env bash
# Reads the shell and JSON blocks of the pages as bash and a JSON parser do.
#
#   parse.sh CMAKE DIRECTORY    DIRECTORY: what cmake/code_blocks.awk wrote
set -euo pipefail
shopt -s nullglob
failed=0

for block in "$2"/*.sh; do
  bash -n "$block" || failed=1
done

for block in "$2"/*.json; do
  text=$(cat "$block")
  # A page may show one member of an object.
  case "$text" in
    '"'*) text="{$text}" ;;
  esac
  if ! TEXT="$text" "$1" -P "$(dirname "$0")/parse_json.cmake"; then
    echo "$block: not JSON" >&2
    failed=1
  fi
done
exit "$failed"
