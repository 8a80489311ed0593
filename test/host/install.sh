#!/usr/bin/env bash
# Installs a real VS Code (the server and web workbench in npm's code-server) into a cache, and Chromium where there is none, for
# `npm run test:host`, `npm run test:browser`, `npm run bench:extension` and `npm run try`, which call it themselves.
#   install.sh [DIR]    default DIR: ${XDG_CACHE_HOME:-~/.cache}/karma-mas/vscode-host-<hash of the lock file>
# Prints two lines at the end: DIR and the path of Chromium (CHROMIUM=path overrides). Needs npm; nothing is compiled; 550 MB.
# Reruns do nothing that is already done; an interrupted one is begun again. Runs at the same time wait for one another.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
hash=$(cat "$here/package.json" "$here/package-lock.json" "$0" | sha256sum | cut -c1-12)
dir=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/karma-mas/vscode-host-$hash}
mkdir -p "$dir"
dir=$(cd "$dir" && pwd)
exec 9> "$dir/.lock"
flock 9

find_chromium() {
  local name
  for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$name" ] && command -v "$name" && return
  done
  return 1
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

if ! find_chromium > /dev/null; then
  echo 'Installing Chromium with apt-get.' >&2
  { as_root apt-get update -qq && as_root apt-get install -y -qq --no-install-recommends chromium; } >&2 || {
    echo 'There is no Chromium, and apt-get could not install it: install it (apt-get install chromium), or set CHROMIUM to its path.' >&2
    exit 1
  }
fi

if [ ! -f "$dir/.done" ]; then
  echo "Installing VS Code's server into $dir." >&2
  cp "$here/package.json" "$here/package-lock.json" "$dir/"
  # Without their scripts, which would compile native modules: VS Code runs without them.
  install=(install --omit=dev --ignore-scripts --no-save --no-audit --no-fund --loglevel=error)
  cd "$dir"
  npm ci "${install[@]:1}" >&2
  code=$dir/node_modules/code-server/lib/vscode
  # `npm ci` fails in these two: their lock files lack a package.
  (cd "$code" && npm "${install[@]}") >&2
  (cd "$code/extensions" && npm "${install[@]}") >&2
  touch .done
fi
echo "$dir"
find_chromium
