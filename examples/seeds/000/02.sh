# Check CSI pods
kubectl get pods -n kube-system -l app=proxmox-csi

# Check CSI logs
kubectl logs -n kube-system -l app=proxmox-csi-plugin -c provisioner

# Check StorageClass
kubectl describe storageclass proxmox-csi

# Check PVC status
kubectl describe pvc <name> -n <namespace>

# Check PV details
kubectl describe pv <pv-name>
