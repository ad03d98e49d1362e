kubectl logs -n csi-proxmox -l app=proxmox-csi-controller
