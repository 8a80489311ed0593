#!/usr/bin/env bash
# Starts a single-node Kubernetes and prints the path of its kubeconfig. Needs root.
#   up.sh                     a real node: containerd, kubelet, kube-proxy, metrics-server, Prometheus
#   up.sh --simulated-nodes   no containers: kwok plays the node, pods run at once and use what their annotations say
set -euo pipefail
. "$(dirname "$0")/env.sh"
simulated=
[[ ${1:-} != --simulated-nodes ]] || simulated=1
[[ $(id -u) -eq 0 ]] || { echo 'A node needs root (network namespace, containers, iptables): run this as root.' >&2 && exit 1; }

if alive "$([[ $simulated ]] && echo kwok || echo kubelet)" && kubectl wait --for=condition=Ready "node/$ns" --timeout=1s >/dev/null 2>&1; then
  echo "$KUBECONFIG"
  exit
fi
"$here/down.sh"
mkdir -p "$run"/{pids,logs,pki,cni}

# All that is started here, pods included, inherits that its timers may be two milliseconds late. A Go program that has anything to
# do looks every 20 µs whether there is more of it; for the sample workload that is a quarter of its processor time.
[[ ! -w /proc/$$/timerslack_ns ]] || echo 2000000 >/proc/$$/timerslack_ns

# The process that nsenter starts is the one that becomes the program.
start() { # NAME COMMAND...: NAME is the program's, with a suffix after a dot if need be
  nsenter --net="/run/netns/$ns" setsid "${@:2}" >"$run/logs/$1.log" 2>&1 </dev/null &
  echo $! >"$run/pids/$1"
}

# The node is a network namespace without a way out: what a pod sends to a wrong address ends there.
ip netns add "$ns"
ip link add "$ns" type veth peer name eth0 netns "$ns"
ip address add "$host_ip/24" dev "$ns"
ip link set "$ns" up
inside ip link set lo up
inside ip address add "$node_ip/24" dev eth0
inside ip link set eth0 up
inside ip route add "$services" dev eth0 # kube-proxy rewrites these before they leave
inside sysctl -qw net.ipv4.ip_forward=1
ip route add "$net.0.0/16" via "$node_ip" # pods and services, from this machine

# Certificates: one authority; a name is a user, an organization a group.
cd "$run/pki"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=cluster -keyout ca.key -out ca.crt 2>/dev/null
cert() { # FILE SUBJECT [NAMES]
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "$2" -keyout "$1.key" 2>/dev/null |
    openssl x509 -req -CA ca.crt -CAkey ca.key -CAcreateserial -days 30 -out "$1.crt" \
      -extfile <(echo "subjectAltName=${3:-DNS:$1}") 2>/dev/null
  printf '%s\n' 'apiVersion: v1' 'kind: Config' "current-context: $ns" \
    "contexts: [{name: $ns, context: {cluster: $ns, user: $1}}]" \
    "clusters: [{name: $ns, cluster: {server: 'https://$node_ip:6443', certificate-authority-data: $(base64 -w0 ca.crt)}}]" \
    "users: [{name: $1, user: {client-certificate-data: $(base64 -w0 "$1.crt"), client-key-data: $(base64 -w0 "$1.key")}}]" >"$1.conf"
}
cert admin /O=system:masters/CN=admin
cert apiserver /CN=kube-apiserver "DNS:kubernetes.default.svc,DNS:localhost,IP:127.0.0.1,IP:$node_ip,IP:${services%.*}.1"
cert front-proxy /CN=front-proxy
cert controller-manager /CN=system:kube-controller-manager
cert scheduler /CN=system:kube-scheduler
cert kubelet "/O=system:nodes/CN=system:node:$ns" "DNS:$ns,IP:$node_ip"
cert proxy /CN=system:kube-proxy
cert metrics-server /CN=metrics-server
cert prometheus /CN=prometheus
openssl ecparam -genkey -name prime256v1 -noout -out sa.key
cd "$here"
pki=$run/pki

start etcd etcd --data-dir "$run/etcd" --unsafe-no-fsync --log-level warn
if [[ ! $simulated ]]; then
  fill config/containerd.toml >"$run/containerd.toml"
  fill config/bridge.conflist >"$run/cni/bridge.conflist"
  start containerd containerd --config "$run/containerd.toml"
fi

start kube-apiserver kube-apiserver --etcd-servers http://127.0.0.1:2379 --advertise-address "$node_ip" \
  --service-cluster-ip-range "$services" --authorization-mode Node,RBAC --enable-admission-plugins NodeRestriction \
  --client-ca-file "$pki/ca.crt" --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
  --kubelet-preferred-address-types InternalIP --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" \
  --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$pki/sa.key" --service-account-signing-key-file "$pki/sa.key" \
  --requestheader-client-ca-file "$pki/ca.crt" --requestheader-allowed-names front-proxy --requestheader-username-headers X-Remote-User \
  --requestheader-group-headers X-Remote-Group --requestheader-extra-headers-prefix X-Remote-Extra- --enable-aggregator-routing \
  --proxy-client-cert-file "$pki/front-proxy.crt" --proxy-client-key-file "$pki/front-proxy.key"
until_ok 120 'the API server' kubectl get --raw /readyz

start kube-controller-manager kube-controller-manager --kubeconfig "$pki/controller-manager.conf" --use-service-account-credentials \
  --service-account-private-key-file "$pki/sa.key" --root-ca-file "$pki/ca.crt" --leader-elect=false
start kube-scheduler kube-scheduler --kubeconfig "$pki/scheduler.conf" --leader-elect=false
fill config/system.yaml | kubectl apply -f - >/dev/null

if [[ $simulated ]]; then
  fill config/simulated-node.yaml | kubectl apply -f - >/dev/null
  start kwok kwok --kubeconfig "$pki/admin.conf" --config "$cache/kwok.yaml" --manage-all-nodes --node-lease-duration-seconds 40 --cidr "$pods" --node-ip "$node_ip" \
    --node-port 10250 --server-address "$node_ip:10250" --tls-cert-file "$pki/kubelet.crt" --tls-private-key-file "$pki/kubelet.key"
else
  until_ok 60 containerd ctr --address "$run/containerd.sock" --namespace k8s.io images import "$cache/images.tar"
  fill config/kubelet.yaml >"$run/kubelet.yaml"
  start kubelet kubelet --config "$run/kubelet.yaml" --kubeconfig "$pki/kubelet.conf" --root-dir "$run/kubelet" \
    --hostname-override "$ns" --node-ip "$node_ip" --containerd "$run/containerd.sock"
  fill config/proxy.yaml >"$run/proxy.yaml"
  start kube-proxy kube-proxy --config "$run/proxy.yaml"
  export PKI=$pki API=https://$node_ip:6443 LISTEN=127.0.0.1:8081
  start chained.state chained state
  fill config/prometheus.yml >"$run/prometheus.yml"
  start prometheus prometheus --config.file "$run/prometheus.yml" --storage.tsdb.path "$run/prometheus"
fi
start metrics-server metrics-server --kubeconfig "$pki/metrics-server.conf" --authentication-kubeconfig "$pki/metrics-server.conf" \
  --authorization-kubeconfig "$pki/metrics-server.conf" --secure-port 4443 --cert-dir "$run/metrics-server" \
  --kubelet-insecure-tls --kubelet-preferred-address-types InternalIP --metric-resolution 15s

until_ok 120 'the node' kubectl wait --for=condition=Ready "node/$ns" --timeout=1s
until_ok 120 'the metrics API' kubectl wait --for=condition=Available apiservice/v1beta1.metrics.k8s.io --timeout=1s
[[ $simulated ]] || until_ok 120 'metrics of the node' kubectl get --raw "/apis/metrics.k8s.io/v1beta1/nodes/$ns" # kwok has none before the first pod
until_ok 60 'Prometheus as a service' kubectl -n monitoring wait --for=condition=Available deployment/prometheus --timeout=1s
echo "$KUBECONFIG"
