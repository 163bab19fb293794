//go:build linux

package testscripts

import "flag"

var attack = flag.Bool("attack", false, "run the long attacks: faults, kills and load")
