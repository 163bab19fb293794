// Package formats reads the file formats and settings of other programs, as far as the checks of package doctor need
// them: one file for each format. It knows nothing of go-safe, decides nothing and changes nothing.
package formats
