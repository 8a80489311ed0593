#!/usr/bin/env bash
# Stops the processes that up.sh started, by pid file, and removes containers, network and state.
set -euo pipefail
. "$(dirname "$0")/env.sh"

stop() { # NAME...
  local name pid
  for name; do ! alive "$name" || kill "$(cat "$run/pids/$name")"; done
  for name; do
    until_ok 10 "$name to stop" eval "! alive $name" || kill -9 "$(cat "$run/pids/$name")"
    rm -f "$run/pids/$name"
  done
}

stop kubelet kube-proxy prometheus chained.state metrics-server kwok kube-scheduler kube-controller-manager
if alive containerd; then
  ctr="ctr --address $run/containerd.sock --namespace k8s.io"
  $ctr tasks list -q | xargs -r -n1 -P4 $ctr tasks delete --force >/dev/null 2>&1 || true
  $ctr containers list -q | xargs -r $ctr containers delete >/dev/null 2>&1 || true
fi
stop containerd kube-apiserver
# What a containerd that had died could not remove: its shims, known by its socket, and their containers.
pgrep -f "^[^ ]*containerd-shim-runc-v2 .*-address $run/containerd.sock" | while read -r shim; do pgrep -P "$shim" | xargs -r kill -9; kill -9 "$shim"; done || true
stop etcd
awk -v under="$run/" 'index($2, under) == 1 { print $2 }' /proc/mounts | sort -r | xargs -r umount -l
ip link delete "$ns" 2>/dev/null || true
ip netns delete "$ns" 2>/dev/null || true # takes its bridge and every iptables rule along
find /sys/fs/cgroup/*/kubepods -depth -type d -exec rmdir {} + 2>/dev/null || true
rm -rf "$run" /var/lib/cni/results/{pods,cni-loopback}-*
find /var/log/containers -xtype l -delete 2>/dev/null || true # links of the kubelet to logs that are gone now
