//go:build linux

package containers

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// testPods decodes the manifests of packaging/kubernetes against the Kubernetes types, and runs their pods by podman
// kube play, with plain go and with go-safe. Podman knows no fsGroup: the test does what the kubelet does.
func (e *engine) testPods(t *testing.T) {
	// Podman wants the working directory in the image, also below a mount.
	plainImage := "localhost/go-safe/plain"
	e.buildText(t, plainImage, "FROM "+golangImage+"\nRUN mkdir /src\n")
	for _, tt := range []struct {
		manifest string
		pods     int
		volumes  func(t *testing.T, dir string) // how the volume of the caches is found
		mounts   string                         // name of the claim
		plain    bool                           // plain go works too
		users    []int                          // of the pods, if they differ
	}{
		{manifest: "job.yaml", pods: 1},
		{manifest: "job-cache.yaml", pods: 1, mounts: "go-cache", volumes: usedByRoot},
		{manifest: "job-shared.yaml", pods: 3, mounts: "go-modules", volumes: groupVolume, users: []int{65532, 65533, 65534}},
	} {
		for _, image := range []string{plainImage, debianImage} {
			pods := e.decode(t, tt.manifest)
			dir := t.TempDir()
			mustDo(t, os.Chmod(dir, 0o755))
			source := filepath.Join(dir, "source")
			mustDo(t, os.CopyFS(source, os.DirFS("testdata/project")))
			claims := map[string]string{"source": source}
			if tt.mounts != "" {
				cache := filepath.Join(dir, "cache")
				mustDo(t, os.Mkdir(cache, 0o755))
				tt.volumes(t, cache)
				claims[tt.mounts] = cache
			}
			var results []result
			for i := range tt.pods {
				pod := adapt(pods[0], fmt.Sprint("p", i), image, claims)
				if tt.users != nil {
					pod.spec()["securityContext"].(map[string]any)["runAsUser"] = tt.users[i]
				}
				results = append(results, e.play(t, pod))
			}
			failed := slices.ContainsFunc(results, func(r result) bool { return r.status != 0 })
			if failed != (image == plainImage) {
				t.Errorf("%s, %s: failed %t: %v", tt.manifest, image, failed, results)
			}
		}
	}
}

// usedByRoot is a volume with caches that root made, as an ext4 disk has it.
func usedByRoot(t *testing.T, dir string) {
	mustDo(t, os.Mkdir(dir+"/lost+found", 0o700))
	for _, env := range []string{"GOCACHE=" + dir + "/build", "GOMODCACHE=" + dir + "/mod"} {
		cmd := exec.Command("go", "list", "-e", "-test", "-deps", "-export", "errors")
		cmd.Env = append(os.Environ(), env)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	mustDo(t, os.MkdirAll(dir+"/mod/cache/download", 0o755))
}

// groupVolume is what the kubelet makes of a volume for fsGroup 2000.
func groupVolume(t *testing.T, dir string) {
	mustDo(t, os.Chown(dir, 0, 2000))
	mustDo(t, os.Chmod(dir, 0o775|os.ModeSetgid))
}

// A pod is a manifest.
type pod map[string]any

func (p pod) spec() map[string]any { return p["spec"].(map[string]any) }

// decode decodes a manifest strictly and returns its pods.
func (e *engine) decode(t *testing.T, manifest string) []pod {
	t.Helper()
	f, err := os.Open(filepath.Join("../../packaging/kubernetes", manifest))
	mustDo(t, err)
	defer f.Close()
	cmd := exec.Command("go", "run", ".")
	cmd.Dir = "testdata/decode"
	cmd.Stdin = f
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v", manifest, err)
	}
	var pods []pod
	mustDo(t, json.Unmarshal(out, &pods))
	return pods
}

// adapt gives a pod an image that exists here and folders for its claims. Plain go has no go safe fix.
func adapt(p pod, name, image string, claims map[string]string) pod {
	spec := maps.Clone(p.spec())
	if image != debianImage {
		delete(spec, "initContainers")
	}
	text, _ := json.Marshal(pod{"apiVersion": "v1", "kind": "Pod", "metadata": map[string]any{"name": name}, "spec": spec})
	var adapted pod
	json.Unmarshal([]byte(strings.ReplaceAll(string(text), "registry.example.com/go-safe", image)), &adapted)
	for _, v := range adapted.spec()["volumes"].([]any) {
		volume := v.(map[string]any)
		if claim, ok := volume["persistentVolumeClaim"].(map[string]any); ok {
			delete(volume, "persistentVolumeClaim")
			volume["hostPath"] = map[string]any{"path": claims[claim["claimName"].(string)], "type": "Directory"}
		}
	}
	adapted.spec()["hostNetwork"] = true
	return adapted
}

// play runs a pod to its end.
func (e *engine) play(t *testing.T, p pod) result {
	t.Helper()
	text, err := json.Marshal(p)
	mustDo(t, err)
	file := filepath.Join(t.TempDir(), "pod.yaml")
	mustDo(t, os.WriteFile(file, text, 0o644))
	name := p["metadata"].(map[string]any)["name"].(string)
	defer e.podman("pod", "rm", "-f", "-t", "0", name).Run()
	e.must(t, "kube", "play", "--network", "host", file)
	var status int
	fmt.Sscan(e.must(t, "wait", name+"-go"), &status)
	return result{status, resultOf(e.podman("logs", name+"-go"), nil).out}
}
