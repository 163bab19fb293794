package safecmd

import (
	"fmt"
	"slices"
	"strings"

	"github.com/go-safe/go-safe/internal/shell"
)

// A flagSet has the values of the flags that were given.
type flagSet map[string]string

func (f flagSet) has(name string) bool {
	_, ok := f[name]
	return ok
}

// parse separates the flags of go safe VERB from its other arguments. One dash works as well as two.
func (v verb) parse(args []string) (flags flagSet, rest []string, err error) {
	flags = make(flagSet)
	for i := 0; i < len(args); i++ {
		given, value, joined := strings.Cut(args[i], "=")
		name, known, takes := v.takes(given)
		isOperand := len(args[i]) < 2 || args[i][0] != '-'
		switch {
		case args[i] == "--":
			return flags, append(rest, args[i+1:]...), nil
		case isOperand && !v.hasOperands():
			return nil, nil, v.misused("unknown argument %s", args[i])
		case isOperand:
			rest = append(rest, args[i])
		case takes && flags.has(name):
			return nil, nil, v.misused("%s is given twice", name)
		case known && !takes && !joined:
			flags[name] = ""
		case takes && joined:
			flags[name] = value
		case takes && i+1 < len(args):
			i++
			flags[name] = args[i]
		case takes:
			return nil, nil, v.misused("%s lacks its value", args[i])
		case known:
			return nil, nil, v.misused("%s takes no value", name)
		default:
			return nil, nil, fmt.Errorf("unknown flag: go safe %s %s%s; run: "+shell.Self+" safe help %s",
				v.name, args[i], didYouMean(name, v.flagNames()), v.name)
		}
	}
	return flags, rest, nil
}

// hasOperands reports whether the verb takes arguments that are no flags.
func (v verb) hasOperands() bool {
	return v.args == "SHELL" || slices.ContainsFunc([]string{"DIR", "FILE", "NAME", "module@"}, func(operand string) bool {
		return strings.Contains(v.args, operand)
	})
}

// takes returns a flag's full name with two dashes, and reports whether it is known and whether it takes a value.
func (v verb) takes(given string) (name string, known, value bool) {
	name = "--" + strings.TrimLeft(given, "-")
	for _, f := range v.flags {
		full, short, _ := strings.Cut(f.name, ", ")
		if full = "--" + strings.TrimLeft(full, "-"); name == full || short != "" && name == "-"+short {
			return full, true, f.value != ""
		}
	}
	return name, false, false
}

func (v verb) flagNames() (names []string) {
	for _, f := range v.flags {
		if f.about != "" {
			names = append(names, strings.Split(f.name, ", ")...)
		}
	}
	return names
}

// misused is the error for a command line that cannot be meant so.
func (v verb) misused(format string, args ...any) error {
	return fmt.Errorf("go safe %s: %s; run: "+shell.Self+" safe help %[1]s", v.name, fmt.Sprintf(format, args...))
}
