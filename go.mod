module github.com/go-safe/go-safe

go 1.25.0

require (
	github.com/gofrs/flock v0.13.1
	github.com/rogpeppe/go-internal v1.16.0
	golang.org/x/mod v0.40.0
	golang.org/x/sys v0.47.0
	golang.org/x/term v0.45.0
)

require golang.org/x/tools v0.49.0 // indirect
