package audit

import "os"

// Windows has neither journald nor syslog.
func sendJournal([]byte) {}
func sendSyslog([]byte)  {}

// Socket returns what stands for a socket that is not there.
func Socket(sink string) string {
	return map[string]string{Journal: `\\.\pipe\journal`, Syslog: `\\.\pipe\syslog`}[sink]
}

// appendTo appends a line by one write.
func appendTo(file string, line []byte) {
	if f, err := os.OpenFile(file, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600); err == nil {
		f.Write(line)
		f.Close()
	}
}
