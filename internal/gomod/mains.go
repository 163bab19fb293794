package gomod

import (
	"go/scanner"
	"go/token"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// HasMain reports whether one of the packages, named as for a go command in dir, is certain to be a program. It looks
// at files, folders and patterns of folders (./...) until the end, and reads only package clauses.
func HasMain(dir string, packages []string, end time.Time) bool {
	for _, p := range packages {
		path := p
		if !filepath.IsAbs(path) {
			path = filepath.Join(dir, path)
		}
		switch root, all := strings.CutSuffix(path, "..."); {
		case strings.HasSuffix(p, ".go"):
			if isMain(path) {
				return true
			}
		case !IsPath(p):
			// An import path: only the go command knows its folder.
		case all:
			if mainBelow(root, end) {
				return true
			}
		case mainIn(path):
			return true
		}
	}
	return false
}

// IsPath reports whether the go command takes a package or pattern for a path (go help packages).
func IsPath(p string) bool {
	return filepath.IsAbs(p) || p == "." || p == ".." || strings.HasPrefix(p, "./") || strings.HasPrefix(p, "../")
}

// mainBelow looks at the folders that the pattern ... matches.
func mainBelow(root string, end time.Time) bool {
	found := false
	root = filepath.Clean(root)
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case found || time.Now().After(end):
			return filepath.SkipAll
		case err != nil || !d.IsDir(): // d is nil if there is no root
		case path != root && Skips(path):
			return filepath.SkipDir
		default:
			found = mainIn(path)
		}
		return nil
	})
	return found
}

func mainIn(dir string) bool {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	for _, file := range files {
		if !strings.HasSuffix(file, "_test.go") && isMain(file) {
			return true
		}
	}
	return false
}

// isMain reads a file up to its package clause. A file with build constraints does not count.
func isMain(file string) bool {
	f, err := openRegular(file)
	if err != nil {
		return false
	}
	defer f.Close()
	src, err := io.ReadAll(f)
	if err != nil {
		return false
	}
	var s scanner.Scanner
	set := token.NewFileSet()
	s.Init(set.AddFile(file, -1, len(src)), src, nil, scanner.ScanComments)
	for {
		switch _, tok, text := s.Scan(); {
		case tok == token.COMMENT:
			if strings.HasPrefix(text, "//go:build") || strings.HasPrefix(text, "// +build") {
				return false
			}
		case tok == token.PACKAGE:
			_, _, name := s.Scan()
			return name == "main"
		default:
			return false
		}
	}
}
