# Check PVC exists and is bound
kubectl get pvc -n garage

# Check pod node and PV node match (for RWO volumes)
kubectl get pod garage-0 -n garage -o wide
kubectl get pv <pv-name> -o yaml | grep nodeAffinity

# Check volume mount permissions inside pod
kubectl exec -n garage garage-0 -- ls -la /data
