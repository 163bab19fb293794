package main

import "golang.org/x/mod/module"

// vouched reports whether the command gets along without the state of the checksum database, which is below GOPATH:
// go.sum has the hashes of all that the command reads from the module cache, or the database is not asked.
func (c *command) vouched(cache string) bool {
	if c.settings.Get("GOSUMDB").Value == "off" {
		return true
	}
	except := c.settings.Get("GONOSUMDB").Value
	if except == "" {
		except = c.settings.Get("GOPRIVATE").Value
	}
	asks := func(path string) bool { return !module.MatchPrefixPatterns(except, path) }
	return c.project().Vouched(c.asked(), cache, asks)
}
