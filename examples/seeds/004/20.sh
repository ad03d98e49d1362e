kubectl exec -n garage garage-0 -- df -h

# Filesystem      Size  Used  Avail  Use%  Mounted on
# /dev/sda1       10G   10G   0      100%  /data  # ← Full!
