#!/bin/sh
# Builds kube-apiserver, etcd, kubectl and helm for the tests, once, into a cache outside the tree.
#
# KUBEBUILDER_ASSETS    a folder that holds them already: nothing is built
# HOOKLINE_KUBE_ASSETS  the folder to build into, instead of ~/.cache/hookline/kube/VERSION
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)

fail() {
    echo "kube: $*" >&2
    exit 1
}

charts=$(dirname -- "$here")/charts

required() { # the version that the go.mod in folder $1 requires of module $2
    awk -v module="$2" '$1 == module && $2 ~ /^v[0-9]/ { print $2; exit }' "$1/go.mod"
}

kube=$(required "$here" k8s.io/kubernetes)
etcd=$(required "$here" go.etcd.io/etcd/server/v3)
helm=$(required "$charts" helm.sh/helm/v4)

has() { # program $2 is in folder $1, runs here, and has the required version
    case $2 in
    kube-apiserver) "$1/$2" --version 2>/dev/null | grep -qx "Kubernetes $kube" ;;
    kubectl) "$1/$2" version --client 2>/dev/null | grep -qx "Client Version: $kube" ;;
    etcd) "$1/$2" --version 2>/dev/null | grep -qx "etcd Version: ${etcd#v}" ;;
    helm) [ "$("$1/$2" version --template '{{ .Version }}' 2>/dev/null)" = "$helm" ] ;;
    esac
}

ready() {
    echo "kube: kube-apiserver and kubectl $kube, etcd $etcd and helm $helm are ready in $assets"
    exit 0
}

programs="etcd kube-apiserver kubectl helm"
if [ -n "${KUBEBUILDER_ASSETS:-}" ]; then
    for program in $programs; do
        [ -x "$KUBEBUILDER_ASSETS/$program" ] ||
            fail "KUBEBUILDER_ASSETS=$KUBEBUILDER_ASSETS has no $program: fill that folder or unset it"
    done
    echo "kube: nothing to build, KUBEBUILDER_ASSETS is set: $KUBEBUILDER_ASSETS"
    exit 0
fi

assets=${HOOKLINE_KUBE_ASSETS:-${XDG_CACHE_HOME:-$HOME/.cache}/hookline/kube/$kube}
missing=''
for program in $programs; do
    has "$assets" "$program" || missing="$missing $program"
done
[ -n "$missing" ] || ready

PATH=$PATH:/usr/local/go/bin
command -v go >/dev/null 2>&1 || fail "Go is missing: install Go 1.26 or newer (https://go.dev/dl/)" \
    "and run this again, or set KUBEBUILDER_ASSETS to a folder with $programs"

# What the caller's environment says to Go about other projects must not change this build.
export GOFLAGS='' GOWORK=off CGO_ENABLED=0

minor=${kube#v1.}
stamp=k8s.io/component-base/version
flags="-s -w -X $stamp.gitVersion=$kube -X $stamp.gitMajor=1 -X $stamp.gitMinor=${minor%%.*}"
flags="$flags -X $stamp.gitTreeState=clean"
client=k8s.io/client-go/pkg/version
flags="$flags -X $client.gitVersion=$kube"
flags="$flags -X helm.sh/helm/v4/internal/version.version=$helm"

mkdir -p "$assets"
assets=$(CDPATH='' cd -- "$assets" && pwd)
# In the same folder, so that each program appears at once and whole.
building=$(mktemp -d "$assets/building.XXXXXX")
trap 'rm -rf "$building"' EXIT
trap 'exit 1' HUP INT TERM

build() { # program $1 from package $3 of the module in folder $2
    echo "kube: building $1 (some minutes the first time) ..."
    go build -C "$2" -p 2 -mod=readonly -trimpath -buildvcs=false -ldflags "$flags" \
        -o "$building/$1" "$3"
    has "$building" "$1" || fail "$1 was built but does not report the version that is required"
    mv -f "$building/$1" "$assets/"
}

for program in $missing; do
    case $program in
    etcd) build etcd "$here" go.etcd.io/etcd/server/v3 ;;
    helm) build helm "$charts" helm.sh/helm/v4/cmd/helm ;;
    *) build "$program" "$here" "k8s.io/kubernetes/cmd/$program" ;;
    esac
done
ready
