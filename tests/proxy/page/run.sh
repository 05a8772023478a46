#!/usr/bin/env bash
# Tests the status page in headless Chromium. Skipped (77) without Chromium or Node.js 18.
#
#   run.sh SERVER DIRECTORY    SERVER: midas_page_server; DIRECTORY gets the screenshots
set -euo pipefail
sources=$(cd "$(dirname "$0")" && pwd)
source "$sources/../../../scripts/node.sh"
need_tools node
has_node 18 || skip "Node.js 18 or later is needed, this is $(node --version)"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "chromium is missing (see scripts/packages.sh)"
exec timeout 240 node "$sources/status_page.mjs" "$1" "$2" "$chromium"
