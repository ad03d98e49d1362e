module stowage.dev/real-parts/csi-sanity

go 1.26

require github.com/kubernetes-csi/csi-test/v5 v5.6.0
