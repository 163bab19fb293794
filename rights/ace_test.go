package rights

import "testing"

const allRights = mayRead | mayWrite | mayAppend | mayRun

// The first entry that mentions a right decides, for each of us; and a share is one for the directory, those below and the files in
// them.
func TestAceList(t *testing.T) {
	whole := ace{who: "g", rights: allRights, self: true, dirs: true, files: true}
	deny := ace{who: "u", deny: true, rights: mayWrite, self: true}
	only := func(change func(*ace)) ace {
		e := whole
		change(&e)
		return e
	}
	for name, tt := range map[string]struct {
		list aceList
		us   []string
		want bool
	}{
		"a group of ours":                  {aceList{whole}, []string{"u", "g"}, true},
		"another group":                    {aceList{whole}, []string{"u", "h"}, false},
		"denied to us before":              {aceList{deny, whole}, []string{"u", "g"}, false},
		"denied to us too late":            {aceList{whole, deny}, []string{"u", "g"}, true},
		"denied to others":                 {aceList{deny, whole}, []string{"g"}, true},
		"denied, but nothing needed":       {aceList{{who: "g", deny: true, self: true}, whole}, []string{"g"}, true},
		"not inherited":                    {aceList{only(func(e *ace) { e.dirs, e.files = false, false })}, []string{"g"}, false},
		"not inherited by files":           {aceList{only(func(e *ace) { e.files = false })}, []string{"g"}, false},
		"not for the directory itself":     {aceList{only(func(e *ace) { e.self = false })}, []string{"g"}, false},
		"files that may only be read":      {aceList{only(func(e *ace) { e.rights = mayRead | mayRun })}, []string{"g"}, false},
		"rights of several":                {aceList{only(func(e *ace) { e.rights = mayRead | mayRun }), only(func(e *ace) { e.who, e.rights = "u", mayWrite|mayAppend })}, []string{"u", "g"}, true},
		"itself and what is below, by two": {aceList{only(func(e *ace) { e.self = false }), {who: "g", rights: allRights, self: true}}, []string{"g"}, true},
		"nobody":                           {nil, []string{"g"}, false},
	} {
		if got := tt.list.lets(tt.us...); got != tt.want {
			t.Errorf("%s: %t", name, got)
		}
		if tt.want && len(tt.us) == 1 && (!tt.list.shares(nil) || tt.list.shares(tt.us)) {
			t.Errorf("%s: shared with nobody, or with the owner", name)
		}
	}
}
