#!/usr/bin/env bash
# Installs what up.sh needs: Debian packages, Kubernetes built from Go modules, and the two local images. `npm run test:cluster`
# calls it. Everything built lies in $CLUSTER_CACHE, by default ${XDG_CACHE_HOME:-~/.cache}/karma-mas/cluster (0.7 GB). Needs root (or
# sudo) for the packages, and Go; 8 to 20 minutes the first time. Reruns do nothing that is already done, an interrupted one goes on
# where it was, and runs at the same time wait for one another. Prints the folder.
set -euo pipefail
. "$(dirname "$0")/env.sh"
packages=(containerd runc containernetworking-plugins iptables conntrack openssl iproute2)
mkdir -p "$cache/bin" "$cache/versions"
exec 9>"$cache/.lock"
flock 9

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo -n "$@"; fi
}

if ! dpkg -s "${packages[@]}" >/dev/null 2>&1; then
  echo "Installing ${packages[*]} with apt-get." >&2
  # The policy keeps apt from starting services that containers of a test must not meet.
  { as_root apt-get update -qq && as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}"; } >&2 || {
    echo "apt-get could not install: ${packages[*]}. Install them, or run as root." >&2
    exit 1
  }
fi
command -v go >/dev/null || { echo 'There is no Go, which builds Kubernetes: install it (https://go.dev/dl).' >&2 && exit 1; }

# Go's own caches would grow by 8 GB: these stay until everything is built, so that an interrupted build goes on.
export GOMODCACHE=$cache/go/modules GOCACHE=$cache/go/build GOWORK=off CGO_ENABLED=0

# Runs a build function unless the cache has what it makes in this version.
wanted() { # NAME VERSION: name of the function build_NAME
  [[ $(cat "$cache/versions/$1" 2>/dev/null) == "$2" ]] && return
  echo "Building $1 $2 into $cache." >&2
  "build_$1"
  echo "$2" >"$cache/versions/$1"
}

# The folder of a module.
module() { go mod download -json "$1" | sed -n 's/.*"Dir": "\(.*\)".*/\1/p'; } # MODULE@VERSION

# Builds programs of several modules, MODULE@VERSION each, as one module, so that libraries that they share are compiled once. The
# go.mod of the first one, edited by sed, chooses the versions of the libraries.
build_together() { # "MODULES" EDIT FLAGS... PACKAGES...
  local modules=($1) from work each
  work=$(mktemp -d) from=$(module "${modules[0]}")
  sed -e 's#^module .*#module cluster#' -e "$2" "$from/go.mod" >"$work/go.mod"
  for each in "${modules[@]}"; do echo "require ${each/@/ }" >>"$work/go.mod"; done
  cp "$from/go.sum" "$work/go.sum"
  chmod u+w "$work/go.sum"
  (cd "$work" && GOFLAGS=-mod=mod go build -p 2 -o "$cache/bin/" "${@:3}")
  rm -rf "$work"
}

# Kubernetes takes its libraries from its own source tree; here they are modules. Debian's Prometheus cannot find pods, and this one
# finds nothing else.
build_control_plane() {
  local version=v$kubernetes
  build_together "k8s.io/kubernetes@$version go.etcd.io/etcd/server/v3@v$etcd github.com/prometheus/prometheus@v$prometheus" \
    "s#=> ./staging/src/\(.*\)#=> \1 v0.${kubernetes#1.}#" \
    -tags remove_all_sd,enable_kubernetes_sd \
    -ldflags "-s -w -X k8s.io/component-base/version.gitVersion=$version -X k8s.io/client-go/pkg/version.gitVersion=$version" \
    k8s.io/kubernetes/cmd/{kube-apiserver,kube-controller-manager,kube-scheduler,kube-proxy,kubectl,kubelet} \
    go.etcd.io/etcd/server/v3 github.com/prometheus/prometheus/cmd/prometheus
  mv "$cache/bin/server" "$cache/bin/etcd"
}

# Both take the libraries of Kubernetes in one version, which is not that of the control plane.
build_metrics() {
  local simulated=sigs.k8s.io/kwok@v$kwok
  build_together "$simulated sigs.k8s.io/metrics-server@v$metrics_server" '' -ldflags '-s -w' \
    sigs.k8s.io/kwok/cmd/kwok sigs.k8s.io/metrics-server/cmd/metrics-server
  (
    cd "$(module "$simulated")/kustomize/metrics"
    cat usage/usage-from-annotation.yaml <(echo ---) resource/metrics-resource.yaml >"$cache/kwok.yaml"
  )
}

# One layer, two images: the application, and the same binary as the pause container of every pod.
build_images() {
  (cd "$here/app" && go build -ldflags '-s -w' -o "$cache/bin/" .)
  local work name
  work=$(mktemp -d)
  tar -C "$cache/bin" --owner=0 --group=0 --mtime=@0 -cf "$work/layer.tar" chained
  for name in chained pause; do
    printf '{"architecture":"%s","os":"linux","config":{"Entrypoint":["/chained"],"Cmd":["%s"]},"rootfs":{"type":"layers","diff_ids":["sha256:%s"]}}' \
      "$(go env GOARCH)" "${name/chained/serve}" "$(sha256sum <"$work/layer.tar" | cut -d' ' -f1)" >"$work/$name.json"
  done
  printf '[{"Config":"chained.json","RepoTags":["localhost/chained:1"],"Layers":["layer.tar"]},{"Config":"pause.json","RepoTags":["localhost/pause:1"],"Layers":["layer.tar"]}]' >"$work/manifest.json"
  tar -C "$work" -cf "$cache/images.tar" .
  rm -rf "$work"
}

wanted images "$(cat "$here"/app/* | sha256sum | cut -c1-12)"
wanted metrics "$kwok $metrics_server"
wanted control_plane "$kubernetes $etcd $prometheus"
chmod -R u+w "$cache/go" 2>/dev/null || true
rm -rf "$cache/go"
echo "$cache"
