//go:build unix && !darwin

package doctor

import (
	"os"
	"path/filepath"

	"github.com/go-safe/go-safe/envfix"
)

// addRoots says how to make Go trust the certificate of an authority.
const addRoots = "name the file in SSL_CERT_FILE"

// otherRoots returns files that may have the authority that Go misses: those named to other programs, what an
// administrator gave to the system's tools, and the bundles of the system, which SSL_CERT_FILE replaces.
func (m *Machine) otherRoots() []string {
	var files []string
	for _, name := range []string{
		"CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "GIT_SSL_CAINFO", "AWS_CA_BUNDLE", "PIP_CERT",
		"NIX_SSL_CERT_FILE",
	} {
		if file := envfix.Getenv(m.Environ, name); filepath.IsAbs(file) {
			files = append(files, file)
		}
	}
	for _, pattern := range []string{
		"/usr/local/share/ca-certificates/*.crt",
		"/usr/local/share/ca-certificates/*/*.crt",
		"/etc/pki/ca-trust/source/anchors/*",
		"/etc/ca-certificates/trust-source/anchors/*",
		"/etc/pki/trust/anchors/*",
		"/etc/ssl/certs/ca-certificates.crt",
		"/etc/pki/tls/certs/ca-bundle.crt",
		"/etc/ssl/ca-bundle.pem",
		"/etc/ssl/cert.pem",
	} {
		found, _ := filepath.Glob(pattern)
		files = append(files, found...)
	}
	var regular []string
	for _, file := range files {
		if fi, err := os.Stat(file); err == nil && fi.Mode().IsRegular() {
			regular = append(regular, file)
		}
	}
	return regular
}
