package envfix

// restrict has nothing to do: the folders lie below the user's own.
func restrict(dir string) error {
	return nil
}
