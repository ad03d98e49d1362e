kubectl get storageclass

# Expected output:
# NAME                 PROVISIONER          RECLAIMPOLICY   VOLUMEBINDINGMODE      AGE
# hostpath (default)   docker.io/hostpath   Delete          Immediate              30d
