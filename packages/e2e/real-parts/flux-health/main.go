// Says what Flux' kustomize-controller makes of an object by the expressions of healthCheckExprs: its own evaluator, without a cluster.
// Reads {"current", "failed", "inProgress", "object"} as JSON from the standard input; prints Current, InProgress, Failed, or the error.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"

	"github.com/fluxcd/pkg/apis/kustomize"
	"github.com/fluxcd/pkg/runtime/cel"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func main() {
	said, err := evaluate()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println(said)
}

func evaluate() (string, error) {
	var input struct {
		kustomize.HealthCheckExpressions
		Object map[string]any `json:"object"`
	}
	if err := json.NewDecoder(os.Stdin).Decode(&input); err != nil {
		return "", err
	}
	evaluator, err := cel.NewStatusEvaluator(&input.HealthCheckExpressions)
	if err != nil {
		return "", err
	}
	result, err := evaluator.Evaluate(context.Background(), &unstructured.Unstructured{Object: input.Object})
	if err != nil {
		return "", err
	}
	return string(result.Status), nil
}
