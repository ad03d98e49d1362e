cd tofu
tofu apply -target=module.proxmox-csi-plugin
