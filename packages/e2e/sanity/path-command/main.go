// Command path-command is what csi-sanity calls to make, remove or check a path that lies on a simulated machine.
// Its own name (create, remove, check) says which; the rig's address is in STOWAGE_SANITY_PATHS.
// It is called some hundred times, so it must start fast.
package main

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
)

func main() {
	if len(os.Args) != 2 {
		fail("usage: create|remove|check PATH")
	}
	address := fmt.Sprintf("%s/%s?path=%s", os.Getenv("STOWAGE_SANITY_PATHS"), filepath.Base(os.Args[0]), url.QueryEscape(os.Args[1]))
	answer, err := http.Post(address, "text/plain", nil)
	if err != nil {
		fail(err.Error())
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		fail(err.Error())
	}
	if answer.StatusCode != http.StatusOK {
		fail(string(text))
	}
	fmt.Println(string(text))
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
