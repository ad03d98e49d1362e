kubectl get pv

# Expected output:
# NAME                                       CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS   CLAIM
# pvc-123abc...                              10Gi       RWO            Delete           Bound    garage/data-garage-0
# pvc-456def...                              1Gi        RWO            Delete           Bound    garage/meta-garage-0
# pvc-789ghi...                              8Gi        RWO            Delete           Bound    dagster/data-dagster-postgresql-0
