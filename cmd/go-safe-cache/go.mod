module github.com/go-safe/go-safe/cmd/go-safe-cache

go 1.25.0

require (
	github.com/klauspost/compress v1.20.4
	golang.org/x/mod v0.40.0
)
