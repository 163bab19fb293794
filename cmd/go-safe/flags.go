package main

import (
	"fmt"
	"slices"
	"strings"
)

// A flagSet has the values of the flags that were given.
type flagSet map[string]string

func (f flagSet) has(name string) bool {
	_, ok := f[name]
	return ok
}

// verbFlags separates the flags of go safe VERB, of which those ending in = take a value, from the other arguments. One dash does where
// two are known, as for package flag.
func verbFlags(verb string, args []string, known ...string) (flags flagSet, rest []string, err error) {
	flags = make(flagSet)
	for i := 0; i < len(args); i++ {
		name, value, joined := strings.Cut(args[i], "=")
		if strings.HasPrefix(name, "-") && !strings.HasPrefix(name, "--") {
			name = "-" + name
		}
		switch takes := slices.Contains(known, name+"="); {
		case args[i] == "--":
			return flags, append(rest, args[i+1:]...), nil
		case len(args[i]) < 2 || args[i][0] != '-':
			rest = append(rest, args[i])
		case takes && flags.has(name):
			return nil, nil, fmt.Errorf("go safe %s: %s is given twice; type: "+self+" safe help", verb, name)
		case slices.Contains(known, name) && !joined:
			flags[name] = ""
		case takes && joined:
			flags[name] = value
		case takes && i+1 < len(args):
			i++
			flags[name] = args[i]
		case takes:
			return nil, nil, fmt.Errorf("go safe %s: %s lacks its value; type: "+self+" safe help", verb, args[i])
		default:
			return nil, nil, fmt.Errorf("unknown flag: go safe %s %s; type: "+self+" safe help", verb, args[i])
		}
	}
	return flags, rest, nil
}
