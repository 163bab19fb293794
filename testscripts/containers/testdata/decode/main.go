// Decode decodes a Kubernetes manifest strictly against the API types, and prints its pods as JSON, a pod for each job.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func main() {
	text, err := io.ReadAll(os.Stdin)
	check(err)
	list := []any{}
	for _, doc := range strings.Split(string(text), "\n---\n") {
		var kind meta.TypeMeta
		check(yaml.Unmarshal([]byte(doc), &kind))
		switch kind.APIVersion + " " + kind.Kind {
		case "batch/v1 Job":
			var job batch.Job
			check(yaml.UnmarshalStrict([]byte(doc), &job))
			list = append(list, core.Pod{
				TypeMeta:   meta.TypeMeta{APIVersion: "v1", Kind: "Pod"},
				ObjectMeta: meta.ObjectMeta{Name: job.Name},
				Spec:       job.Spec.Template.Spec,
			})
		case "v1 Pod":
			var pod core.Pod
			check(yaml.UnmarshalStrict([]byte(doc), &pod))
			list = append(list, pod)
		case "v1 PersistentVolumeClaim":
			var claim core.PersistentVolumeClaim
			check(yaml.UnmarshalStrict([]byte(doc), &claim))
		default:
			check(fmt.Errorf("unknown kind %+v", kind))
		}
	}
	check(json.NewEncoder(os.Stdout).Encode(list))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
