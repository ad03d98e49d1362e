# Verify Velero scheduled backups exist
velero get schedules -n velero

# Test backup
velero backup create test-backup --include-namespaces <namespace> --default-volumes-to-fs-backup --wait

# Verify PVC backed up
velero backup describe test-backup --details | grep -A 10 "Pod Volume Backups"
