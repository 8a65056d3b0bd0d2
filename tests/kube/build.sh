#!/bin/sh
# Builds kube-apiserver, etcd and kubectl for the tests, once, into a cache outside the tree.
#
# KUBEBUILDER_ASSETS    a folder that holds them already: nothing is built
# HOOKLINE_KUBE_ASSETS  the folder to build into, instead of ~/.cache/hookline/kube/VERSION
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

fail() {
    echo "kube: $*" >&2
    exit 1
}

required() { # the version that go.mod requires of module $1
    awk -v module="$1" '$1 == module && $2 ~ /^v[0-9]/ { print $2; exit }' "$here/go.mod"
}

kube=$(required k8s.io/kubernetes)
etcd=$(required go.etcd.io/etcd/server/v3)

complete() { # the programs are in folder $1, run here, and have the required versions
    [ "$("$1/kube-apiserver" --version 2>/dev/null)" = "Kubernetes $kube" ] &&
        "$1/kubectl" version --client 2>/dev/null | grep -qx "Client Version: $kube" &&
        "$1/etcd" --version 2>/dev/null | grep -qx "etcd Version: ${etcd#v}"
}

if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
    for program in kube-apiserver etcd kubectl; do
        [ -x "$KUBEBUILDER_ASSETS/$program" ] ||
            fail "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS has no $program: fill that folder or unset it"
    done
    echo "kube: nothing to build, KUBEBUILDER_ASSETS is set: $KUBEBUILDER_ASSETS"
    exit 0
fi

assets=${HOOKLINE_KUBE_ASSETS:-${XDG_CACHE_HOME:-$HOME/.cache}/hookline/kube/$kube}
if complete "$assets"; then
    echo "kube: kube-apiserver and kubectl $kube and etcd $etcd are ready in $assets"
    exit 0
fi

PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null 2>&1 || fail "Go is missing: install Go 1.26 or newer (https://go.dev/dl/)" \
    "and run this again, or set KUBEBUILDER_ASSETS to a folder with kube-apiserver, etcd and kubectl"

# What the caller's environment says to Go about other projects must not change this build.
export GOFLAGS='' GOWORK=off CGO_ENABLED=0

minor=${kube#v1.}
stamp=k8s.io/component-base/version
flags="-s -w -X $stamp.gitVersion=$kube -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%%.*}"
flags="$flags -X $stamp.gitTreeState=clean"
client=k8s.io/client-go/pkg/version
flags="$flags -X $client.gitVersion=$kube"

mkdir -p "$assets"
assets=$(CDPATH='' cd -- "$assets" && pwd)
# In the same folder, so that each program appears at once and whole.
building=$(mktemp -d "$assets/building.XXXXXX")
trap 'rm -rf "$building"' EXIT
trap 'exit 1' HUP INT TERM

build() { # program $1 from package $2
    echo "kube: building $1 (some minutes the first time) ..."
    go build -C "$here" -p 2 -mod=readonly -trimpath -buildvcs=false -ldflags "$flags" \
        -o "$building/$1" "$2"
}

build etcd go.etcd.io/etcd/server/v3
build kube-apiserver k8s.io/kubernetes/cmd/kube-apiserver
build kubectl k8s.io/kubernetes/cmd/kubectl
complete "$building" || fail "the programs were built but do not report $kube and $etcd"
mv -f "$building/etcd" "$building/kube-apiserver" "$building/kubectl" "$assets/"
echo "kube: kube-apiserver and kubectl $kube and etcd $etcd are ready in $assets"
