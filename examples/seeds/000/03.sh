# Remove finalizer from PVC (last resort)
kubectl patch pvc <name> -n <namespace> -p '{"metadata":{"finalizers":[]}}'
