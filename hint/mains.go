package hint

import (
	"go/scanner"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Mains reports whether one of the packages, given as to a go command in dir, is certain to be a program: a path of a folder, a
// file, or all below a folder (./...), but for those that skips says are left out, of which as much is seen as before the end. It reads no more
// than package clauses.
func Mains(dir string, packages []string, skips func(dir string) bool, end time.Time) bool {
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
		case !filepath.IsAbs(p) && p != "." && p != ".." && !strings.HasPrefix(p, "./") && !strings.HasPrefix(p, "../"):
			// An import path: whose folder it is nobody knows without the go command.
		case all:
			if mainBelow(root, skips, end) {
				return true
			}
		case mainIn(path):
			return true
		}
	}
	return false
}

// mainBelow looks at the folders that the pattern ... takes in.
func mainBelow(root string, skips func(dir string) bool, end time.Time) bool {
	found := false
	root = filepath.Clean(root)
	filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case found || time.Now().After(end):
			return filepath.SkipAll
		case err != nil || !d.IsDir(): // d is nil where there is no root
		case path != root && skips(path):
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

// isMain reads a file up to its package clause. One that is built on some systems only, or never, tells nothing.
func isMain(file string) bool {
	if fi, err := os.Stat(file); err != nil || !fi.Mode().IsRegular() { // a pipe would keep us waiting
		return false
	}
	src, err := os.ReadFile(file)
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
