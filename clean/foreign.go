package clean

// Foreign are directories in a module cache that this user cannot empty, for they are other users'.
type Foreign struct {
	Count  int
	First  string
	Owners []int // user ids
}
