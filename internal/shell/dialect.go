package shell

import "strings"

// dialectOf tells from variables which shell of Windows this process was started from. PowerShell puts a folder of the
// user before the folders of the system in PSModulePath. Else cmd.exe is told by PROMPT, and the bash that comes with
// git by MSYSTEM. Nothing of all that is the way of editors, and PowerShell is the shell of Windows.
func dialectOf(getenv func(string) string) dialect {
	first, _, _ := strings.Cut(getenv("PSModulePath"), ";")
	systems := first == ""
	for _, name := range []string{"ProgramFiles", "SystemRoot"} {
		dir := getenv(name)
		systems = systems || dir != "" && strings.HasPrefix(strings.ToLower(first), strings.ToLower(dir)+`\`)
	}
	switch {
	case !systems:
		return powershell
	case getenv("MSYSTEM") != "":
		return posix
	case getenv("PROMPT") != "":
		return cmd
	}
	return powershell
}
