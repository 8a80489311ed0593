# Read by the scripts beside it: where things lie and which addresses the node has.
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cache=${CLUSTER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/karma-mas/cluster} # built once, kept
run=${CLUSTER_RUN:-$cache/run}                                            # one running cluster, removed by down.sh
ns=${CLUSTER_NAME:-karma}                                                 # network namespace, node and kubeconfig context
net=${CLUSTER_NET:-10.213} # first two numbers of every address; all of them exist only inside the namespace
host_ip=$net.0.1 node_ip=$net.0.2 pods=$net.64.0/24 services=$net.128.0/20
kubernetes=1.34.4 etcd=3.6.13 metrics_server=0.8.0 kwok=0.7.0 prometheus=0.316.0
export PATH=$cache/bin:$PATH KUBECONFIG=$run/pki/admin.conf

inside() { nsenter --net="/run/netns/$ns" -- "$@"; }

# Is the process of this pid file still the program that was started?
alive() { # NAME
  local pid
  pid=$(cat "$run/pids/$1" 2>/dev/null) && [[ $(readlink "/proc/$pid/exe") == */"${1%%.*}" ]]
}

# Repeats a command until it succeeds.
until_ok() { # SECONDS WHAT COMMAND...
  local end=$((SECONDS + $1)) what=$2
  shift 2
  until "$@" >/dev/null 2>&1; do
    ((SECONDS < end)) || { echo "gave up waiting for $what; logs: $run/logs" >&2 && return 1; }
    sleep 0.2
  done
}

# Writes a file of config/ or manifests/ with this cluster's names and addresses in it.
fill() { # FILE
  sed -e "s#{{run}}#$run#g" -e "s#{{pki}}#$run/pki#g" -e "s#{{node}}#$ns#g" -e "s#{{nodeIp}}#$node_ip#g" -e "s#{{pods}}#$pods#g" "$here/$1"
}
