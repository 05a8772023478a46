#!/usr/bin/env bash
# American spelling, and no common misspelling, in every text of the repository. .codespellrc has the
# dictionaries, what is left out, and the words that are right here.
set -euo pipefail
cd "$(dirname "$0")/.."
git ls-files -z | xargs -0 codespell
echo "spelling: clean"
