# Build all storage components
kustomize build --enable-helm k8s/infrastructure/storage

# Build specific storage provider
kustomize build --enable-helm k8s/infrastructure/storage/<provider>

# Check StorageClasses
kubectl get storageclass

# Check Proxmox CSI volumes
kubectl get pv -A
