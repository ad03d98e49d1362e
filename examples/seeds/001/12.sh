kubectl describe pvc <pvc-name>
