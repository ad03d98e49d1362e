# Check PVC usage from inside pods
kubectl exec -n garage garage-0 -- df -h

# Check node storage (Docker Desktop)
kubectl top nodes

# Set up alerts for >80% disk usage
