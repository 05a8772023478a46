#!/usr/bin/env bash
# Checks every text of the repository for American spelling and for common misspellings. .codespellrc
# names the dictionaries, the files to skip, and the file of words to accept.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z | xargs -0 codespell
echo "spelling: clean"
