module github.com/go-safe/go-safe

go 1.26.0

require (
	github.com/gofrs/flock v0.13.1
	golang.org/x/mod v0.42.0
	golang.org/x/sys v0.49.0
)

require (
	github.com/rogpeppe/go-internal v1.16.0
	golang.org/x/tools v0.51.0 // indirect
)
