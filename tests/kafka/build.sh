#!/bin/sh
# Fetches Apache Kafka for the tests with Maven, once, into a cache outside the tree (44 MB).
#
# HOOKLINE_KAFKA_ASSETS  the folder to fetch into, instead of ~/.cache/hookline/kafka/VERSION
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
version=$(sed -n '/<artifactId>kafka_2.13</{n;s/.*<version>\(.*\)<.*/\1/p;}' "$here/pom.xml")
assets=${HOOKLINE_KAFKA_ASSETS:-${XDG_CACHE_HOME:-$HOME/.cache}/hookline/kafka/$version}

if [ ! -f "$assets/kafka_2.13-$version.jar" ]; then
    for program in java mvn; do
        command -v "$program" >/dev/null 2>&1 || {
            echo "kafka: $program is missing: install Java 17 or newer and Maven, and run this again" >&2
            exit 1
        }
    done
    mkdir -p "$(dirname -- "$assets")"
    # In the same folder, so that all of it appears at once.
    fetching=$(mktemp -d "$assets.XXXXXX")
    trap 'rm -rf "$fetching"' EXIT
    trap 'exit 1' HUP INT TERM
    echo "kafka: fetching Apache Kafka $version ..."
    mvn -q -B -ntp -f "$here/pom.xml" dependency:copy-dependencies \
        -DincludeScope=runtime -DoutputDirectory="$fetching"
    chmod 755 "$fetching"
    rm -rf "$assets"
    mv "$fetching" "$assets"
fi
echo "kafka: Apache Kafka $version is ready in $assets"
