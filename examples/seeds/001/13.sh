pveum user list | grep kubernetes-csi
pveum acl list | grep kubernetes-csi
