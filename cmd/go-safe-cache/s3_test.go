package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// startS3 starts a versitygw, a server of the S3 API that keeps a bucket as a directory. It is not packaged, so that
// .ci/extra builds it.
func startS3(t *testing.T) (address, root string) {
	t.Helper()
	gateway, err := exec.LookPath("versitygw")
	if err != nil {
		t.Skip("needs versitygw on PATH")
	}
	host := freeAddress(t)
	root = t.TempDir()
	os.Mkdir(filepath.Join(root, "bucket"), 0o777)
	cmd := exec.Command(gateway, "--port", host, "posix", "--sidecar", t.TempDir(), root)
	cmd.Env = append(os.Environ(), "ROOT_ACCESS_KEY_ID=the-access-key", "ROOT_SECRET_ACCESS_KEY=sesame-secret")
	serve(t, cmd, host)
	return "s3://bucket/some/prefix?region=us-east-1&endpoint=http://" + host, root
}

// TestS3 shows the same with the S3 API as TestCommits, TestAltered, TestPrune and TestCredentials do with HTTP.
func TestS3(t *testing.T) {
	address, root := startS3(t)
	dir := newProject(t)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	m := newMachine(t, dir, address)
	m.build(t, "z")
	var all string
	wrong := func(key, secret string) {
		t.Helper()
		t.Setenv("AWS_ACCESS_KEY_ID", key)
		t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
		for _, verb := range []string{"pull", "push"} {
			status, out := m.run(t, verb, "-auto")
			if status != 0 || strings.Count(out, "\n") != 1 || !strings.Contains(out, "credentials") {
				t.Errorf("%s: status %d\n%s", verb, status, out)
			}
			all += out
		}
	}
	wrong("the-access-key", "wrong-secret")
	wrong("wrong-key", "sesame-secret")

	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	home := filepath.Join(os.Getenv("HOME"), ".aws", "credentials")
	write(t, home, "[default]\naws_access_key_id = the-access-key\naws_secret_access_key = sesame-secret\n")
	all += m.must(t, "pull", "no bundle")
	os.Remove(home)
	t.Setenv("AWS_ACCESS_KEY_ID", "the-access-key")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "sesame-secret")
	m.build(t, "a", "b")
	m.buildLarge(t, 1, 20<<20) // larger than what the client would cut into pieces
	all += m.must(t, "push", "5 new entries of 5, 1 new parts")
	all += m.must(t, "push", "nothing new")
	commit(t, dir)
	fresh := newMachine(t, dir, address)
	all += fresh.must(t, "pull", "5 of 5 entries")
	fresh.wants(t, "a b", "a", "b")
	all += fresh.must(t, "verify", "5 outputs in 1 parts are whole")
	fresh.build(t, "c")
	all += fresh.must(t, "push", "2 new entries")

	parts := filepath.Join(root, "bucket/some/prefix/v1/part")
	filepath.WalkDir(parts, func(path string, entry os.DirEntry, err error) error {
		if info, err := entry.Info(); err == nil && info.Mode().IsRegular() && info.Size() > 1<<20 {
			alter(t, path, func(b []byte) []byte { b[len(b)/2] ^= 1; return b })
		}
		return nil
	})
	damaged := newMachine(t, dir, address)
	all += damaged.must(t, "pull", "v1/part/")
	damaged.has(t)
	all += fresh.must(t, "prune -older 1ns -dry-run", "would remove 5 objects")
	all += fresh.must(t, "prune -older 1ns", "removed 5 objects")
	all += fresh.must(t, "pull", "no bundle")

	m.env["GOSAFE_CACHE"] = strings.Replace(address, "bucket", "no-such-bucket", 1)
	status, out := m.run(t, "pull")
	if status == 0 || !strings.Contains(out, "NoSuchBucket") {
		t.Errorf("status %d\n%s", status, out)
	}
	for _, secret := range []string{"sesame", "wrong-secret", "wrong-key", "the-access-key"} {
		if strings.Contains(all+out, secret) {
			t.Errorf("credentials were printed:\n%s", all)
		}
	}
}
