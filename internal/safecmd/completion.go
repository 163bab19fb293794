package safecmd

import (
	"fmt"
	"io"
	"strings"

	"github.com/go-safe/go-safe/shim"
)

const bashCompletion = `# Completion of go and go-safe, from go safe completion.
_go_safe() {
	local current=${COMP_WORDS[COMP_CWORD]} words=
	if [ "$COMP_CWORD" = 1 ]; then
		words='GO safe'
	elif [ "${COMP_WORDS[1]}" = safe ] && [ "$COMP_CWORD" = 2 ]; then
		words='VERBS'
	elif [ "${COMP_WORDS[1]}" = safe ]; then
		case ${COMP_WORDS[2]} in
CASES		esac
	fi
	COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _go_safe go go-safe
`

// zshCompletion lets zsh use the script for bash.
const zshCompletion = "autoload -U +X bashcompinit && bashcompinit\n" + bashCompletion

const fishCompletion = `# Completion of go and go-safe, from go safe completion.
function __go_safe_words
	set -l words (commandline -opc)
	if test (count $words) = 1
		string split ' ' 'GO safe'
	else if test "$words[2]" != safe
		return
	else if test (count $words) = 2
		string split ' ' 'VERBS'
	else
		switch $words[3]
CASES		end
	end
end
complete -c go -c go-safe -a '(__go_safe_words)'
`

const powershellCompletion = `# Completion of go and go-safe, from go safe completion.
Register-ArgumentCompleter -Native -CommandName 'go', 'go-safe' -ScriptBlock {
	param($wordToComplete, $commandAst, $cursorPosition)
	$words = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })
	$before = $words.Count
	if ($wordToComplete -ne '') { $before-- }
	$found = ''
	if ($before -eq 1) {
		$found = 'GO safe'
	} elseif ($words[1] -eq 'safe' -and $before -eq 2) {
		$found = 'VERBS'
	} elseif ($words[1] -eq 'safe') {
		switch ($words[2]) {
CASES		}
	}
	$found -split ' ' | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object { $_ }
}
`

// runCompletion prints the script that makes a shell complete the words of the go command and of go-safe.
func runCompletion(c Call, _ flagSet, args []string) int {
	script := ""
	if len(args) == 1 {
		script = completionScript(args[0])
	}
	if script == "" {
		v, _ := lookUpVerb("completion")
		return c.fail(v.misused("want one of bash, zsh, fish, powershell"))
	}
	io.WriteString(c.Stdout, script)
	return 0
}

// completionScript returns the script for a shell, "" for one that is not known. In the script the words stand in place
// of GO, VERBS and CASES; line is one of the cases.
func completionScript(shell string) string {
	script, line := "", ""
	switch shell {
	case "bash":
		script, line = bashCompletion, "\t\t%s) words='%s' ;;\n"
	case "zsh":
		script, line = zshCompletion, "\t\t%s) words='%s' ;;\n"
	case "fish":
		script, line = fishCompletion, "\t\t\tcase %s\n\t\t\t\tstring split ' ' -- '%s'\n"
	case "powershell":
		script, line = powershellCompletion, "\t\t\t'%s' { $found = '%s' }\n"
	}
	var names []string
	var cases strings.Builder
	for _, v := range verbList {
		names = append(names, v.name)
		words := strings.Join(v.flagNames(), " ")
		if v.name == "completion" {
			words = "bash zsh fish powershell"
		}
		if words != "" {
			fmt.Fprintf(&cases, line, v.name, words)
		}
	}
	goWords := strings.Join(shim.Words(), " ")
	return strings.NewReplacer("GO", goWords, "VERBS", strings.Join(names, " "), "CASES", cases.String()).Replace(script)
}
