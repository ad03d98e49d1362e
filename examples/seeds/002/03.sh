# On K8s node
mount | grep nfs
showmount -e 192.168.1.127
# Check NFS server (Proxmox host)
ssh root@192.168.1.127
ls -la /srv/nfs/
cat /etc/exports | grep
