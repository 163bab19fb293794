package audit

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"time"
)

// Read returns the records since a time in what Write has written, or syslog from it, and how many lines look like
// records and are torn, as after a full disk.
func Read(r io.Reader, since time.Time) (records []Record, torn int, err error) {
	in := bufio.NewReader(r)
	for {
		line, err := in.ReadSlice('\n')
		for errors.Is(err, bufio.ErrBufferFull) { // no record is so long
			_, err = in.ReadSlice('\n')
			line = nil
		}
		// A torn line has no end, so the next one follows it without a break. syslog puts words before it.
		if i := bytes.LastIndex(line, []byte(begin)); i >= 0 {
			var rec Record
			ok := json.Unmarshal(line[i:], &rec) == nil
			if !ok || bytes.Contains(line[:i], []byte(begin)) {
				torn++
			}
			if ok && !rec.Time.Before(since) {
				records = append(records, rec)
			}
		}
		if err == io.EOF {
			return records, torn, nil
		}
		if err != nil {
			return records, torn, err
		}
	}
}

// begin is what a record begins with.
const begin = `{"time":"`

// ReadJournal returns the records in what journalctl -o json prints. The uid is the one that the kernel told journald,
// whatever the record says.
func ReadJournal(r io.Reader) (records []Record, err error) {
	in := json.NewDecoder(r)
	for {
		var entry struct {
			Message any    `json:"MESSAGE"` // an array of numbers if it is no text
			UID     string `json:"_UID"`
		}
		switch err := in.Decode(&entry); {
		case err == io.EOF:
			return records, nil
		case err != nil:
			return records, err
		}
		text, _ := entry.Message.(string)
		var rec Record
		if json.Unmarshal([]byte(text), &rec) != nil || rec.Time.IsZero() {
			continue
		}
		if rec.UID, err = strconv.Atoi(entry.UID); err != nil {
			rec.UID = -1
		}
		records = append(records, rec)
	}
}
