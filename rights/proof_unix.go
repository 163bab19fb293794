//go:build unix

package rights

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"io"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// Who may write to a directory can move others' files there, their secrets too: only the rights of a file keep it then, not
// its place. To let the group of a shared cache read something is harmless if all can read it already. To let it read or
// change something is harmless if nobody else than the owner can have put it there, or if it is plain that the go command
// made it. What is born during a run counts as made by it, except what is closed to more users than it makes.

// A maker is who alone can have placed what is in a directory, besides root: a uid, or one of these.
type maker int

const (
	anybody   maker = 0
	rootAlone maker = -1
)

// makerOf is the maker in a directory of this owner's that he alone may write to.
func makerOf(uid int) maker {
	if uid == 0 {
		return rootAlone
	}
	return maker(uid)
}

// below is the maker in a directory that is in one of the maker's. Its mode tells more than enough: with an ACL the group's bits
// are the mask.
func (m maker) below(dir entry) maker {
	switch {
	case m == anybody || dir.mode&0o022 != 0:
		return anybody
	case dir.uid == 0 || maker(dir.uid) == m:
		return m
	case m == rootAlone:
		return makerOf(dir.uid)
	}
	return anybody
}

// made reports whether nobody but its owner and root can have placed the entry.
func (m maker) made(e entry) bool {
	return m == rootAlone || m != anybody && int(m) == e.uid
}

// guarded reports whether an entry is one to be careful with: of a shared cache, placed by nobody knows whom, and not for all
// to read, or not for the group to change.
func (k *keeper) guarded(e entry, d folder) bool {
	shared := k.rule.policy == SharedACL || k.rule.policy == SharedSet
	return shared && k.rule.since.IsZero() && k.rule.give == nil && d.at != nil && !d.maker.made(e) &&
		(!readableByAll(e.mode) || ownerWrites(e))
}

// ownerWrites reports whether the owner may write to the entry, and the group may not.
func ownerWrites(e entry) bool { return e.mode&0o220 == 0o200 }

// bounded bounds the wish for a guarded entry that is open: others get no more than they have, and the group does not get the
// right to write. It reports false where it is not to be granted at all.
func (k *keeper) bounded(fd int, e entry, w *wish, d folder, name string) bool {
	if k.proven(fd, e, d, name) {
		return true
	}
	have := e.mode&0o007 | 0o070
	if ownerWrites(e) {
		have &^= 0o020
		w.inherits = nil // else it would get it for what is made there later
	}
	w.mode &^= 0o077 &^ have
	w.access = slices.Clone(w.access)
	for i, a := range w.access {
		switch a.tag {
		case otherTag:
			w.access[i].perm &= uint16(have & 7)
		case groupTag, maskTag:
			w.access[i].perm &= uint16(have >> 3)
		}
	}
	return readableByAll(e.mode) || groupReads(fd, e, w.gid)
}

// secret reports whether an entry that was born during a run is no file of the go command's: fewer may read it than the
// umask says, and no ACL says so. Who may write where it was born can have moved it here.
func (k *keeper) secret(e entry, d folder) bool {
	if k.rule.since.IsZero() || e.mode.IsDir() || e.mode&k.rule.reads == k.rule.reads {
		return false
	}
	list, err := getACL(d.fd, defaultACL)
	return err != nil || list == nil
}

// groupReads reports whether the group can read an open entry, and look entries up in it.
func groupReads(fd int, e entry, gid int) bool {
	reads := uint16(4)
	if e.mode.IsDir() {
		reads = 5
	}
	list, _ := getACL(fd, accessACL)
	if list == nil {
		list = aclOf(uint32(e.mode.Perm()))
	}
	perm, _ := list.perm(groupTag)
	return e.gid == gid && perm&list.mask()&reads == reads
}

// proven reports whether it is plain that the go command made the entry, which is open. Nobody but its owner can have made what is below a
// directory that he alone may write to.
func (k *keeper) proven(fd int, e entry, d folder, name string) bool {
	switch z := d.zoneOf(name, e); {
	case e.mode.IsDir():
		known := z == pathZone || z == cacheZone || z == downloadZone || z == buildZone || d.zone == cacheZone
		return known && e.mode&0o022 == 0 && z.holds(fd, name)
	case e.size == 0:
		return true
	case z == buildZone:
		return toldBuild(fd, name)
	}
	return d.zone == downloadZone && d.at.name == "@v" && told(fd, name, e.size)
}

// holds reports whether an open directory has nothing in it, nor below, that does not belong in this zone by its name.
func (z zone) holds(fd int, dir string) bool {
	list, err := names(fd)
	if err != nil || rewind(fd) != nil {
		return false
	}
	return !slices.ContainsFunc(list, func(name string) bool {
		e, err := lookAt(fd, name)
		if err != nil || !e.mode.IsDir() {
			return err != nil || !z.hasFile(dir, name)
		}
		next := z.below(name)
		switch {
		case next == moduleZone:
			_, version, _ := strings.Cut(name, "@v")
			return version == ""
		case z == cacheZone && name != "download" && name != "vcs", next == repoZone && z == repoZone && len(name) != 64, strings.HasPrefix(name, "."):
			return true
		case z == buildZone: // a program that go run or go tool keeps
			return !z.hasFile(dir, name)
		case next == repoZone && z == repoZone, dir == "download" && name == "sumdb":
			return false
		}
		sub, err := openSub(fd, name)
		if err != nil {
			return true
		}
		defer unix.Close(sub)
		return !next.holds(sub, name)
	})
}

// hasFile reports whether the go command makes files of this name in a directory of the zone.
func (z zone) hasFile(dir, name string) bool {
	switch z {
	case cacheZone:
		return name == "lock"
	case buildZone:
		hash, kind, _ := strings.Cut(name, "-")
		return len(hash) == 64 && (kind == "a" || kind == "d")
	case repoZone:
		hash, _, _ := strings.Cut(name, ".")
		return len(hash) == 64
	case downloadZone:
		i := strings.LastIndexByte(name, '.')
		known := i > 0 && slices.Contains([]string{".info", ".lock", ".mod", ".partial", ".tmp", ".zip", ".ziphash"}, name[i:])
		return dir == "@v" && (known && (name[0] == 'v' || name == "list.lock") || name == "list")
	}
	return false
}

// told reports whether an open file is by its content what its name says: one of those that the go command downloads.
func told(fd int, name string, size int64) bool {
	head := headOf(fd)
	version, ok := strings.CutSuffix(name, ".zip")
	switch {
	case ok: // the header of the first file, and its name (APPNOTE.TXT, 4.3.7)
		const header = 30
		if len(head) < header || !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
			return false
		}
		length := int(binary.LittleEndian.Uint16(head[26:]))
		return bytes.Contains(head[header:min(header+length, len(head))], []byte("@"+version+"/"))
	case strings.HasSuffix(name, ".info"):
		return bytes.HasPrefix(head, []byte(`{"Version":"v`))
	case strings.HasSuffix(name, ".ziphash"):
		return size < 64 && bytes.HasPrefix(head, []byte("h1:"))
	case strings.HasSuffix(name, ".mod"):
		return bytes.HasPrefix(head, []byte("module ")) || bytes.Contains(head, []byte("\nmodule "))
	case name == "list":
		return bytes.HasPrefix(head, []byte("v")) && len(bytes.TrimLeft(head, "v0123456789.-+abcdefghijklmnopqrstuwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\n")) == 0
	}
	return false
}

// toldBuild is told in a build cache: the name of an output is its hash (cmd/go/internal/cache.OutputID).
func toldBuild(fd int, name string) bool {
	switch hash, kind, _ := strings.Cut(name, "-"); {
	case name == "README":
		return bytes.HasPrefix(headOf(fd), []byte("This directory holds cached build artifacts"))
	case name == "trim.txt", name == "testexpire.txt":
		return len(bytes.Trim(headOf(fd), "0123456789\n")) == 0
	case kind == "a":
		return bytes.HasPrefix(headOf(fd), []byte("v1 "+hash+" "))
	case kind == "d":
		sum := sha256.New()
		_, err := io.Copy(sum, io.NewSectionReader(reader(fd), 0, 1<<62))
		return err == nil && hex.EncodeToString(sum.Sum(nil)) == hash
	}
	return false
}

// headOf is what an open file begins with.
func headOf(fd int) []byte {
	buf := make([]byte, 1024)
	n, _ := unix.Pread(fd, buf, 0)
	return buf[:max(n, 0)]
}

// A reader reads from a descriptor, which it does not close.
type reader int

func (r reader) ReadAt(p []byte, off int64) (int, error) {
	n, err := unix.Pread(int(r), p, off)
	switch {
	case err != nil:
		return 0, err
	case n < len(p):
		return n, io.EOF
	}
	return n, nil
}
