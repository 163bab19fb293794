package acl

import (
	"bytes"
	"slices"
	"testing"
)

func TestParsePOSIX(t *testing.T) {
	good := POSIX{
		{UserObj, 7, NoID}, {User, 5, 1001}, {User, 7, 1002}, {GroupObj, 5, NoID},
		{Group, 7, 50}, {Mask, 7, NoID}, {Other, 0, NoID},
	}
	got, err := parsePOSIX(good.Bytes())
	if err != nil || !slices.Equal(got, good) {
		t.Errorf("%v, %v", got, err)
	}
	for name, bad := range map[string]POSIX{
		"empty":         {},
		"no other":      good[:6],
		"no mask":       slices.Delete(slices.Clone(good), 5, 6),
		"twice":         slices.Insert(slices.Clone(good), 1, good[1]),
		"out of order":  {good[0], good[6], good[3]},
		"rights":        {{UserObj, 8, NoID}, good[3], good[6]},
		"unknown entry": append(slices.Clone(good), Entry{64, 0, NoID}),
		"nobody":        {good[0], {User, 7, NoID}, good[3], good[5], good[6]},
	} {
		if _, err := parsePOSIX(bad.Bytes()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, data := range [][]byte{nil, {2, 0, 0}, {1, 0, 0, 0}, good.Bytes()[:15]} {
		if _, err := parsePOSIX(data); err == nil {
			t.Errorf("%x: no error", data)
		}
	}
}

func FuzzParsePOSIX(f *testing.F) {
	f.Add(FromMode(0o755).Bytes())
	f.Add([]byte{2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := parsePOSIX(data)
		if err != nil {
			return
		}
		again, err := parsePOSIX(l.Bytes())
		if err != nil || !slices.Equal(again, l) {
			t.Errorf("%v read back as %v, %v", l, again, err)
		}
		if !l.Shares() && l.Lets(1, []int{2}, 3) {
			t.Errorf("%v lets somebody write and shares with nobody", l)
		}
		for user := range uint16(8) {
			in := l.Inherited(user)
			if !in.valid() || uint16(in.Mode()>>6) != user || in.Mode()&^l.Mode()&0o077 != 0 {
				t.Errorf("%v hands down %v", l, in)
			}
		}
		if len(data) == len(l.Bytes()) && l.Plain() && !bytes.Equal(FromMode(l.Mode()).Bytes(), l.Bytes()) {
			t.Errorf("%v is not the mode %o", l, l.Mode())
		}
	})
}

// acl(5): of the group class any entry will do, but an entry for the user decides alone; all but owner and others
// are masked.
func TestLets(t *testing.T) {
	list := POSIX{
		{UserObj, 7, NoID}, {User, 5, 1001}, {GroupObj, 5, NoID}, {Group, 5, 50},
		{Group, 7, 51}, {Mask, 7, NoID}, {Other, 7, NoID},
	}
	for _, tt := range []struct {
		uid    int
		groups []int
		group  int
		want   bool
	}{
		{1001, []int{51}, -1, false},
		{1002, []int{50}, -1, false},
		{1002, []int{50, 51}, -1, true},
		{1002, []int{60}, 60, false},
		{1002, nil, -1, false}, // what everybody may does not count
	} {
		if got := list.Lets(tt.uid, tt.groups, tt.group); got != tt.want {
			t.Errorf("uid %d, groups %v: %t", tt.uid, tt.groups, got)
		}
	}
}
