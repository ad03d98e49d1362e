//go:build tools

// The flux command lacks a folder that its release makes: scripts/real-parts.mjs copies the module and adds it.
package tools

import _ "github.com/fluxcd/flux2/v2/cmd/flux"
