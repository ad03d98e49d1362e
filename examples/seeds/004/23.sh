# Scale StatefulSet to add replica with new PVC
kubectl scale statefulset garage -n garage --replicas=2
