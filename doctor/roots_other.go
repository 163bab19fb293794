//go:build !unix || darwin

package doctor

const addRoots = "add it to those that the system trusts"

// otherRoots are none: here the system decides whom to trust, and Go does not read SSL_CERT_FILE.
func (*Machine) otherRoots() []string { return nil }
