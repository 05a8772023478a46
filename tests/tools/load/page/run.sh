#!/usr/bin/env bash
# Tests the report of midas load in headless Chromium. Skipped (77) without Chromium or Node.js 18.
#
#   run.sh PAGES DIRECTORY    PAGES: midas_report_pages; DIRECTORY gets the pages and screenshots
set -euo pipefail
sources=$(cd "$(dirname "$0")" && pwd)
source "$sources/../../../../scripts/node.sh"
need_tools node
has_node 18 || skip "Node.js 18 or later is needed, this is $(node --version)"
chromium=$(command -v chromium || command -v chromium-browser || command -v google-chrome) ||
  skip "chromium is missing (see scripts/packages.sh)"
mkdir -p "$2"
"$1" "$2"
exec timeout 240 node "$sources/report_page.mjs" "$2" "$chromium"
