package acl

import "testing"

const allRights = Read | Write | Append | Run

// The first entry that mentions a right decides, for each of us; and a share is one for the directory, those below
// and the files in them.
func TestList(t *testing.T) {
	whole := ACE{SID: "g", Rights: allRights, Self: true, Dirs: true, Files: true}
	deny := ACE{SID: "u", Deny: true, Rights: Write, Self: true}
	only := func(change func(*ACE)) ACE {
		e := whole
		change(&e)
		return e
	}
	for name, tt := range map[string]struct {
		list List
		us   []string
		want bool
	}{
		"a group of ours":              {List{whole}, []string{"u", "g"}, true},
		"another group":                {List{whole}, []string{"u", "h"}, false},
		"denied to us before":          {List{deny, whole}, []string{"u", "g"}, false},
		"denied to us too late":        {List{whole, deny}, []string{"u", "g"}, true},
		"denied to others":             {List{deny, whole}, []string{"g"}, true},
		"denied, but nothing needed":   {List{{SID: "g", Deny: true, Self: true}, whole}, []string{"g"}, true},
		"not inherited":                {List{only(func(e *ACE) { e.Dirs, e.Files = false, false })}, []string{"g"}, false},
		"not inherited by files":       {List{only(func(e *ACE) { e.Files = false })}, []string{"g"}, false},
		"not for the directory itself": {List{only(func(e *ACE) { e.Self = false })}, []string{"g"}, false},
		"files that may only be read":  {List{only(func(e *ACE) { e.Rights = Read | Run })}, []string{"g"}, false},
		"rights of several": {List{
			only(func(e *ACE) { e.Rights = Read | Run }), only(func(e *ACE) { e.SID, e.Rights = "u", Write|Append }),
		}, []string{"u", "g"}, true},
		"itself and what is below, by two": {List{
			only(func(e *ACE) { e.Self = false }), {SID: "g", Rights: allRights, Self: true},
		}, []string{"g"}, true},
		"nobody": {nil, []string{"g"}, false},
	} {
		if got := tt.list.Lets(tt.us...); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
		if tt.want && len(tt.us) == 1 && (!tt.list.shares(nil) || tt.list.shares(tt.us)) {
			t.Errorf("%s: shared with nobody, or with the owner", name)
		}
	}
}
