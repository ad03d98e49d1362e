# Check pod uses PVC (not emptyDir)
kubectl get pod garage-0 -n garage -o yaml | grep -A 10 volumes

# Should show:
# volumes:
# - name: data
#   persistentVolumeClaim:
#     claimName: data-garage-0

# NOT:
# volumes:
# - name: data
#   emptyDir: {}
