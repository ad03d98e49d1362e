kubectl exec -n garage garage-0 -- df -h

# Expected output:
# Filesystem      Size  Used  Avail  Use%  Mounted on
# /dev/sda1       10G   1.2G  8.8G   12%   /data
# /dev/sda2       1G    100M  900M   10%   /meta
