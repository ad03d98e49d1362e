kubectl get pods -n csi-proxmox
