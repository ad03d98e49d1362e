# Check available PVs
kubectl get pv

# Check StorageClass exists
kubectl get storageclass

# Check node disk space (Docker Desktop)
kubectl top nodes

# Check provisioner logs (if using dynamic provisioning)
kubectl logs -n kube-system <provisioner-pod>
