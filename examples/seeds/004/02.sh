# Garage storage
kubectl get pvc -n garage

# Expected output:
# NAME            STATUS   VOLUME          CAPACITY   ACCESS MODES   STORAGECLASS   AGE
# data-garage-0   Bound    pvc-123abc...   10Gi       RWO            hostpath       10m
# meta-garage-0   Bound    pvc-456def...   1Gi        RWO            hostpath       10m

# Dagster PostgreSQL storage
kubectl get pvc -n dagster

# Expected output:
# NAME                           STATUS   VOLUME          CAPACITY   ACCESS MODES   STORAGECLASS   AGE
# data-dagster-postgresql-0      Bound    pvc-789ghi...   8Gi        RWO            hostpath       10m
