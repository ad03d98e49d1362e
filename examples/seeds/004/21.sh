# Check if storage class allows expansion
kubectl get storageclass hostpath -o yaml | grep allowVolumeExpansion
# allowVolumeExpansion: true

# Edit PVC to request more space
kubectl edit pvc data-garage-0 -n garage

# Change:
# resources:
#   requests:
#     storage: 10Gi
# To:
#   requests:
#     storage: 20Gi

# Check expansion status
kubectl describe pvc data-garage-0 -n garage
