#!/usr/bin/env bash
# Checks what a cluster started by up.sh can do, in about two minutes; ends with the number of checks passed and failed.
set -euo pipefail
. "$(dirname "$0")/env.sh"
passed=0 failed=0 started=$SECONDS
check() { # WHAT COMMAND...
  if "${@:2}" >/dev/null 2>&1; then ((++passed)); echo "ok    $1 ($((SECONDS - started)) s)"; else ((++failed)); echo "FAILS $1"; fi
  started=$SECONDS
}
k() { kubectl -n chained "$@"; }
replicas() { k get deployment "$1" -o jsonpath='{.status.availableReplicas}'; }
query() { curl -fsS "$node_ip:9090/api/v1/query" --data-urlencode "query=$1" | grep -q '"value"'; }
answers() { curl -fsS -m 5 -o /dev/null -d x "http://$(k get service a -o jsonpath='{.spec.clusterIP}')/"; }
more_than() { (($(replicas "$1") > $2)); }
exactly() { (($(replicas "$1") == $2)); }
denied() { ! "$@" 2>"$run/denied" && grep -qi forbidden "$run/denied"; }
as_bot() { kubectl --server "https://$node_ip:6443" --certificate-authority "$run/pki/ca.crt" --token "$token" --kubeconfig /dev/null -n chained "$@"; }

kubectl create namespace chained --dry-run=client -o yaml | kubectl apply -f - >/dev/null
k delete job load --ignore-not-found >/dev/null
k apply -f "$here/manifests/chained.yaml" >/dev/null
k delete hpa,quota --all >/dev/null
k scale deployment --all --replicas=1 >/dev/null
check 'pods run' k wait --for=condition=Available deployment --all --timeout=60s
check 'a service answers through its ClusterIP, from this machine and along the chain' until_ok 10 answer answers
check 'logs' k logs deployment/a
check 'scale up' eval 'k scale deployment d --replicas=3 && until_ok 30 replicas more_than d 2'
check 'scale down' eval 'k scale deployment d --replicas=1 && until_ok 30 replicas exactly d 1'
check 'server-side dry run changes nothing' eval 'k scale deployment d --replicas=5 --dry-run=server && [[ $(k get deployment d -o jsonpath={.spec.replicas}) = 1 ]]'

k create serviceaccount bot --dry-run=client -o yaml | kubectl apply -f - >/dev/null
k create role bot --verb=get,list --resource=pods --dry-run=client -o yaml | kubectl apply -f - >/dev/null
k create rolebinding bot --role=bot --serviceaccount=chained:bot --dry-run=client -o yaml | kubectl apply -f - >/dev/null
token=$(k create token bot)
check 'a token may do what its role says' as_bot get pods
check 'and nothing else' denied as_bot scale deployment a --replicas=2
k create quota pods --hard=pods=4 >/dev/null
check 'a quota denies a pod' eval 'until_ok 10 quota k get quota pods -o jsonpath={.status.hard.pods} && denied k run extra --image=localhost/chained:1 --overrides="{\"spec\":{\"containers\":[{\"name\":\"x\",\"image\":\"localhost/chained:1\",\"resources\":{\"requests\":{\"cpu\":\"1m\"}}}]}}"'
k delete quota pods >/dev/null

check 'Prometheus: processor use of containers' until_ok 60 cadvisor query 'rate(container_cpu_usage_seconds_total{namespace="chained",container="app"}[1m])'
check 'Prometheus: replicas of deployments' until_ok 30 state query 'kube_deployment_spec_replicas{deployment="a"}'
check 'Prometheus: requests of pods' until_ok 30 pods query 'sum(chained_requests_received_total{app="d"}) > 0'
restarts() { k get pod -l app=b -o jsonpath='{.items[0].status.containerStatuses[0].restartCount}'; }
before=$(restarts)
check 'a crash is told and healed' eval 'curl -s -m 2 -X POST "http://$(k get service b -o jsonpath={.spec.clusterIP})/crash"; until_ok 60 restart eval "(( \$(restarts) > before ))"'

k apply -f "$here/manifests/hpa.yaml" >/dev/null
check 'the autoscaler reads the metrics' until_ok 90 metrics k wait --for=condition=ScalingActive hpa/a --timeout=1s
sed 's/20:30s,200:3m,20:1m/150:90s/' "$here/manifests/load.yaml" | k apply -f - >/dev/null
check 'the autoscaler adds a pod under load' until_ok 90 scaling more_than a 1
echo "$passed passed, $failed failed"
((failed == 0))
