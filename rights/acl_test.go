package rights

import (
	"bytes"
	"slices"
	"testing"
)

func TestParseACL(t *testing.T) {
	good := acl{{ownerTag, 7, noID}, {userTag, 5, 1001}, {userTag, 7, 1002}, {groupTag, 5, noID}, {namedTag, 7, 50}, {maskTag, 7, noID}, {otherTag, 0, noID}}
	got, err := parseACL(good.bytes())
	if err != nil || !slices.Equal(got, good) {
		t.Errorf("%v, %v", got, err)
	}
	for name, bad := range map[string]acl{
		"empty":         {},
		"no other":      good[:6],
		"no mask":       slices.Delete(slices.Clone(good), 5, 6),
		"twice":         slices.Insert(slices.Clone(good), 1, good[1]),
		"out of order":  {good[0], good[6], good[3]},
		"rights":        {{ownerTag, 8, noID}, good[3], good[6]},
		"unknown entry": append(slices.Clone(good), aclEntry{64, 0, noID}),
		"nobody":        {good[0], {userTag, 7, noID}, good[3], good[5], good[6]},
	} {
		if _, err := parseACL(bad.bytes()); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for _, data := range [][]byte{nil, {2, 0, 0}, {1, 0, 0, 0}, good.bytes()[:15]} {
		if _, err := parseACL(data); err == nil {
			t.Errorf("%x: no error", data)
		}
	}
}

func FuzzParseACL(f *testing.F) {
	f.Add(aclOf(0o755).bytes())
	f.Add([]byte{2, 0, 0, 0, 1, 0, 7, 0, 255, 255, 255, 255})
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := parseACL(data)
		if err != nil {
			return
		}
		again, err := parseACL(l.bytes())
		if err != nil || !slices.Equal(again, l) {
			t.Errorf("%v read back as %v, %v", l, again, err)
		}
		if !l.shares() && l.lets(1, []int{2}, 3) {
			t.Errorf("%v lets somebody write and shares with nobody", l)
		}
		for user := range uint16(8) {
			in := l.inherited(user)
			if !in.valid() || uint16(in.mode()>>6) != user || in.mode()&^l.mode()&0o077 != 0 {
				t.Errorf("%v hands down %v", l, in)
			}
		}
		if len(data) == len(l.bytes()) && l.plain() && !bytes.Equal(aclOf(l.mode()).bytes(), l.bytes()) {
			t.Errorf("%v is not the mode %o", l, l.mode())
		}
	})
}

// acl(5): of the group class any entry will do, but an entry for the user decides alone; all but owner and others are masked.
func TestLets(t *testing.T) {
	list := acl{{ownerTag, 7, noID}, {userTag, 5, 1001}, {groupTag, 5, noID}, {namedTag, 5, 50}, {namedTag, 7, 51}, {maskTag, 7, noID}, {otherTag, 7, noID}}
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
		if got := list.lets(tt.uid, tt.groups, tt.group); got != tt.want {
			t.Errorf("uid %d, groups %v: %t", tt.uid, tt.groups, got)
		}
	}
}
