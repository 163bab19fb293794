//go:build !unix || darwin

package doctor

// addRoots says how to make Go trust the certificate of an authority.
const addRoots = "add it to those that the system trusts"

// otherRoots is empty: here the system decides whom to trust, and Go ignores SSL_CERT_FILE.
func (*Machine) otherRoots() []string { return nil }
