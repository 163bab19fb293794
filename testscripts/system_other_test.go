//go:build unix && !linux

package testscripts

func (s *suite) systemCommands() map[string]command {
	return nil
}
