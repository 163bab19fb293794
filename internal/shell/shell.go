// Package shell is the ground floor for command lines that a user is told to run: words for the shell that the user
// will paste them into.
package shell

import (
	"slices"
	"strings"
)

// Self stands for this program in such a line. Whoever prints the line puts the word there by which this user can run
// it. No path and no value of a variable has this byte.
const Self = "\x00"

// A dialect is the language of a shell.
type dialect int

const (
	posix      dialect = iota
	powershell         // Windows PowerShell 5.1, which has no &&, and PowerShell 7
	cmd                // cmd.exe
)

// Quote makes one word of s, with quotes only where they are needed.
func Quote(s string) string { return current().quote(s) }

// Program returns the word that runs the program at a path.
func Program(path string) string { return current().program(path) }

// Set returns the line that gives a variable a value.
func Set(name, value string) string { return current().set(name, value) }

// Unset returns the line that removes variables.
func Unset(names ...string) string { return current().unset(names) }

// With returns the line that runs another line with a value for a variable. On Windows the variable keeps it.
func With(name, value, line string) string { return current().with(name, value, line) }

// Both returns the line that runs two lines, the second one only if the first one succeeded. An empty line is left out.
func Both(first, second string) string { return current().both(first, second) }

// MakeDir returns the line that makes a folder and the ones above it.
func MakeDir(dir string) string { return current().makeDir(dir, "") }

// MakePrivateDir is MakeDir for a folder that is closed to others. On Windows the folder above it decides that.
func MakePrivateDir(dir string) string { return current().makeDir(dir, "-m 700 ") }

// Allow returns the line by which the owner of a file or folder gets rights to it. The letters are those of chmod.
func Allow(letters, path string) string { return current().allow(letters, path) }

// CopyContent returns the line that writes what is in a file to another one.
func CopyContent(from, to string) string { return current().copyContent(from, to) }

// PlainText returns the line, for Windows, that rewrites a file without a byte order mark and without carriage returns.
func PlainText(file string) string { return current().plainText(file) }

// RemoveTrees returns the line that removes folders and all in them. It leaves out those that make the line too long,
// and returns how many are in it.
func RemoveTrees(dirs []string) (line string, n int) { return current().removeTrees(dirs) }

// Rename returns the line that renames a file or a folder.
func Rename(from, to string) string { return current().rename(from, to) }

// CopyTree returns the line that copies a folder to another name.
func CopyTree(from, to string) string { return current().copyTree(from, to) }

// PathFirst and PathLast return the line that puts a folder first or last on a PATH that is not empty.
func PathFirst(dir string) string { return current().pathFirst(dir) }
func PathLast(dir string) string  { return current().pathLast(dir) }

// OtherFolder stands for a folder that the user must choose, and OtherGo for a file.
func OtherFolder() string { return current().choose("/another/folder", `C:\another\folder`) }
func OtherGo() string     { return current().choose("/path/to/go", `C:\path\to\go.exe`) }

func (d dialect) choose(unix, windows string) string {
	if d == posix {
		return unix
	}
	return windows
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-:"

func (d dialect) quote(s string) string {
	plain := letters
	switch d {
	case posix:
		plain += "+@%,"
	case powershell, cmd:
		plain += `\`
	}
	if s != "" && strings.Trim(s, plain) == "" && (d != powershell || s[0] != '-') {
		return s
	}
	switch d {
	case powershell:
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	case cmd:
		return `"` + s + `"`
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func (d dialect) program(path string) string {
	word := d.quote(path)
	if d == powershell && word != path {
		return "& " + word // else it would only be printed
	}
	return word
}

func (d dialect) set(name, value string) string {
	switch d {
	case powershell:
		return "$env:" + name + " = '" + strings.ReplaceAll(value, "'", "''") + "'"
	case cmd:
		return `set "` + name + "=" + value + `"`
	}
	return "export " + name + "=" + d.quote(value)
}

func (d dialect) with(name, value, line string) string {
	if d == posix {
		return name + "=" + d.quote(value) + " " + line
	}
	return d.both(d.set(name, value), line)
}

func (d dialect) unset(names []string) string {
	if d != posix { // names do not depend on case
		var once []string
		for _, name := range names {
			if !slices.ContainsFunc(once, func(other string) bool { return strings.EqualFold(name, other) }) {
				once = append(once, name)
			}
		}
		names = once
	}
	switch d {
	case powershell:
		return "Remove-Item Env:" + strings.Join(names, "; Remove-Item Env:")
	case cmd:
		return `set "` + strings.Join(names, `=" & set "`) + `="`
	}
	return "unset " + strings.Join(names, " ")
}

func (d dialect) both(first, second string) string {
	switch {
	case first == "" || second == "":
		return first + second
	case d == powershell:
		return first + "; if ($?) { " + second + " }"
	}
	return first + " && " + second
}

func (d dialect) makeDir(dir, mode string) string {
	switch d {
	case powershell:
		return "New-Item -ItemType Directory -Force " + d.quote(dir) + " | Out-Null"
	case cmd:
		return "mkdir " + d.quote(dir)
	}
	return "mkdir -p " + mode + d.quote(dir)
}

func (d dialect) allow(letters, path string) string {
	switch d {
	case powershell:
		return "icacls " + d.quote(path) + ` /grant "${env:USERNAME}:F"`
	case cmd:
		return "icacls " + d.quote(path) + ` /grant "%USERNAME%:F"`
	}
	return "chmod u+" + letters + " " + d.quote(path)
}

func (d dialect) copyContent(from, to string) string {
	if d == posix {
		return "cat " + d.quote(from) + " >" + d.quote(to)
	}
	return "copy " + d.quote(from) + " " + d.quote(to)
}

func (d dialect) plainText(file string) string {
	// The method writes UTF-8 without a mark. [char]13 is the carriage return.
	const script = "$f = %s; [IO.File]::WriteAllText($f, [IO.File]::ReadAllText($f).Replace([string][char]13, ''))"
	line := strings.Replace(script, "%s", "'"+strings.ReplaceAll(file, "'", "''")+"'", 1)
	if d == powershell {
		return line
	}
	return `powershell -NoProfile -Command "` + line + `"`
}

func (d dialect) removeTrees(dirs []string) (line string, n int) {
	line, between, longest := "rm -rf ", " ", 100<<10 // for sh -c Linux allows 128 KiB (execve(2))
	switch d {
	case powershell:
		line, between, longest = "Remove-Item -Recurse -Force ", ", ", 30_000 // CreateProcess allows 32,767
	case cmd:
		line, longest = "rmdir /s /q ", 8000 // cmd.exe allows 8191
	}
	for i, dir := range dirs {
		word := d.quote(dir)
		if d == powershell {
			word = "'" + strings.ReplaceAll(dir, "'", "''") + "'" // a list needs quotes
		}
		if i > 0 {
			word = between + word
		}
		if len(line)+len(word) > longest {
			break
		}
		line += word
		n++
	}
	return line, n
}

func (d dialect) rename(from, to string) string {
	return d.choose("mv ", "move ") + d.quote(from) + " " + d.quote(to)
}

func (d dialect) copyTree(from, to string) string {
	switch d {
	case powershell:
		return "Copy-Item -Recurse " + d.quote(from) + " " + d.quote(to)
	case cmd:
		return "xcopy /e /i /h /q " + d.quote(from) + " " + d.quote(to)
	}
	return "cp -RH " + d.quote(from) + " " + d.quote(to)
}

func (d dialect) pathFirst(dir string) string {
	switch d {
	case powershell:
		return "$env:Path = '" + strings.ReplaceAll(dir, "'", "''") + ";' + $env:Path"
	case cmd:
		return `set "PATH=` + dir + `;%PATH%"`
	}
	return "export PATH=" + d.quote(dir) + `:"$PATH"`
}

func (d dialect) pathLast(dir string) string {
	switch d {
	case powershell:
		return "$env:Path += ';" + strings.ReplaceAll(dir, "'", "''") + "'"
	case cmd:
		return `set "PATH=%PATH%;` + dir + `"`
	}
	return `export PATH="$PATH":` + d.quote(dir)
}
