#!/bin/sh
# Makes .venv and installs Hookline into it: `sh scripts/install.sh requirements/demo.txt`.
# Uses uv where it is installed, otherwise the newest Python >= 3.12 that runs.
set -eu
cd "$(dirname "$0")/.."
requirements=$1
supported='import sys; sys.exit(not (3, 12) <= sys.version_info[:2] <= (3, 14))'

runs() { "$1" -c "$supported" >/dev/null 2>&1; }

find_python() {
    for name in python3.14 python3.13 python3.12 python3 python; do
        if runs "$name"; then echo "$name"; return; fi
    done
    root=$(pyenv root 2>/dev/null || echo "$HOME/.pyenv")
    for path in $(ls -d "$root"/versions/3.1[234]*/bin/python3 2>/dev/null | sort -rV); do
        if runs "$path"; then echo "$path"; return; fi
    done
}

if [ -x .venv/bin/python ] && ! runs .venv/bin/python; then rm -rf .venv; fi

if command -v uv >/dev/null 2>&1; then
    # The version of .python-version, fetched if it must be; else any that is here and supported.
    [ -x .venv/bin/python ] || uv venv --quiet .venv ||
        uv venv --quiet --python '>=3.12,<3.15' .venv
    uv pip install --quiet --python .venv/bin/python --require-hashes -r "$requirements"
    uv pip install --quiet --python .venv/bin/python --no-deps --no-build-isolation -e .
    exit 0
fi

if [ ! -x .venv/bin/python ]; then
    python=$(find_python)
    if [ -z "$python" ]; then
        echo "Hookline needs Python 3.12, 3.13 or 3.14, and none was found." >&2
        echo "Install one (apt-get install python3, brew install python, pyenv install 3.13)" >&2
        echo "or uv (which brings its own), then run make again." >&2
        exit 1
    fi
    "$python" -m venv .venv
fi
pip="env PIP_DISABLE_PIP_VERSION_CHECK=1 .venv/bin/python -m pip install --quiet"
$pip --require-hashes -r "$requirements"
$pip --no-deps --no-build-isolation -e .
