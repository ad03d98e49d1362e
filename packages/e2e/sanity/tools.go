//go:build tools

// Package tools names the programs that are built from published modules.
package tools

import _ "github.com/kubernetes-csi/csi-test/v5/cmd/csi-sanity"
