# Delete old files inside pod
kubectl exec -n garage garage-0 -- rm -rf /data/old-data/*
