kubectl get secret -n csi-proxmox proxmox-csi-plugin -o yaml
