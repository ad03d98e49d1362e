kubectl get pv
kubectl get pvc -A
