//go:build unix

package audit

import (
	"bytes"
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

const (
	journalSocket = "/run/systemd/journal/socket"
	syslogSocket  = "/dev/log"
)

// Socket returns the socket to which records for the sink go, "" for a file.
func Socket(sink string) string {
	return map[string]string{Journal: journalSocket, Syslog: syslogSocket}[sink]
}

// sendJournal sends the line in journald's own protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).
func sendJournal(line []byte) {
	send(journalSocket, fmt.Appendf(nil, "SYSLOG_IDENTIFIER=go-safe\nPRIORITY=6\nMESSAGE=%s", line))
}

// sendSyslog sends the line in the form of syslog(3): facility user, severity info.
func sendSyslog(line []byte) {
	stamp := time.Now().Format(time.Stamp)
	line = bytes.TrimSuffix(line, []byte("\n"))
	send(syslogSocket, fmt.Appendf(nil, "<14>%s go-safe[%d]: %s", stamp, os.Getpid(), line))
}

// send sends a datagram. If nobody reads it and the receiver's queue is full, it is lost.
func send(socket string, data []byte) {
	fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_DGRAM, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	unix.CloseOnExec(fd)
	if unix.SetNonblock(fd, true) == nil {
		unix.Sendto(fd, data, 0, &unix.SockaddrUnix{Name: socket})
	}
}

// appendTo appends a line by one write, which no other one interrupts. It opens the file anew each time, so the file
// may be renamed meanwhile. It follows no link at the end of the path, and waits for no reader of a pipe.
func appendTo(file string, line []byte) {
	const how = unix.O_WRONLY | unix.O_APPEND | unix.O_CREAT | unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC
	fd, err := unix.Open(file, how|unix.O_NOCTTY, 0o600)
	if err != nil {
		return
	}
	unix.Write(fd, line)
	unix.Close(fd)
}
