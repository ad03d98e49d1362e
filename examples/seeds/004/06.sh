# 1. User creates PVC (via Helm chart)
kubectl apply -f - <<EOF
apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: data-garage-0
  namespace: garage
spec:
  accessModes:
  - ReadWriteOnce
  resources:
    requests:
      storage: 10Gi
  storageClassName: hostpath  # Triggers dynamic provisioning
EOF

# 2. Kubernetes triggers hostpath provisioner
# 3. Provisioner creates PV with 10Gi capacity
# 4. PVC status changes: Pending → Bound

kubectl get pvc data-garage-0 -n garage
# NAME            STATUS   VOLUME          CAPACITY
# data-garage-0   Bound    pvc-123abc...   10Gi
