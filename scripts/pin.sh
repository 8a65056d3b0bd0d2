#!/bin/sh
# Pins every dependency with hashes into requirements/*.txt (needs uv; no index address is written).
set -eu
cd "$(dirname "$0")/.."
pin() {
    output=$1
    shift
    uv pip compile --quiet --universal --generate-hashes --python-version 3.12 \
        --no-emit-index-url --no-header "$@" -o "requirements/$output" >/dev/null
}
pin runtime.txt pyproject.toml --extra kafka --extra email
pin demo.txt pyproject.toml --extra dev --extra speed requirements/build.in
pin test.txt pyproject.toml --all-extras --group check --group test requirements/build.in
pin bench.txt pyproject.toml --extra dev --extra speed --group bench --constraint requirements/test.txt requirements/build.in
# The image builds its wheels from these, apart from what it runs with.
pin image.txt requirements/image.in
