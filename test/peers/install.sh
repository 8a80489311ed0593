#!/usr/bin/env bash
# Installs SciPy, scikit-learn and dtaidistance into a virtual environment, for the tests that hold src/analyzing against them.
#   install.sh [DIR]    default DIR: ${XDG_CACHE_HOME:-~/.cache}/karma-mas/python-peers. Prints its python on the last line.
# Needs python3 with venv (PYTHON=python3). Reruns do nothing that is already done. Runs at the same time wait for one another.
set -euo pipefail
dir=${1:-${XDG_CACHE_HOME:-$HOME/.cache}/karma-mas/python-peers}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$dir"
exec 9>"$dir/.lock"
flock 9
wanted=$(sha256sum "$here/requirements.txt" | cut -c1-16)
if [ "$(cat "$dir/.done" 2>/dev/null)" != "$wanted" ]; then
  "${PYTHON:-python3}" -m venv --clear "$dir/venv"
  "$dir/venv/bin/pip" install -q --no-input --disable-pip-version-check -r "$here/requirements.txt"
  echo "$wanted" > "$dir/.done"
fi
echo "$dir/venv/bin/python"
