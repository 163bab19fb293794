package rights

// FixHome gives a user what root made in the user's home by go commands: the directories that lead to go's own
// (.cache to go-build, .config to go, go to pkg and bin), the settings and telemetry in .config/go, pkg/sumdb and
// the binaries. The caches themselves are for Fix, and it returns those that are there. Only root can. The home
// belongs to the user; no link is followed, no other mount entered, and what only root can read stays root's.
func FixHome(home string, to Owner, o *Options) (*Report, []string, error) {
	return fixHome(home, to, o)
}
