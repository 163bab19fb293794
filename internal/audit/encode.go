package audit

import (
	"strconv"
	"time"
	"unicode/utf8"
)

// append appends the record as JSON. Package encoding/json would do the same, but takes 0.2 ms for the first value of a
// process: it learns the types, and its code has to be read from the file.
func (r Record) append(b []byte) []byte {
	b = append(b, begin...)
	b = r.Time.AppendFormat(b, time.RFC3339Nano)
	b = append(b, `","uid":`...)
	b = strconv.AppendInt(b, int64(r.UID), 10)
	b = appendText(append(b, `,"class":`...), r.Class)
	b = appendText(append(b, `,"dir":`...), r.Dir)
	b = appendField(b, "go", r.Go)
	b = strconv.AppendInt(append(b, `,"status":`...), int64(r.Status), 10)
	b = appendField(b, "signal", r.Signal)
	b = appendNumber(append(b, `,"ms":`...), r.Millis)
	b = appendField(b, "cause", string(r.Cause))
	b = appendList(b, "waits", r.Waits, Wait.append)
	if n := r.Repairs; n != nil {
		b = strconv.AppendInt(append(b, `,"repairs":{"owners":`...), n.Owners, 10)
		b = strconv.AppendInt(append(b, `,"modes":`...), n.Modes, 10)
		b = append(strconv.AppendInt(append(b, `,"acls":`...), n.ACLs, 10), '}')
	}
	b = appendList(b, "replaced", r.Replaced, Replaced.append)
	return append(appendField(b, "traceparent", r.Trace), '}')
}

func (w Wait) append(b []byte) []byte {
	b = appendText(append(b, `{"lock":`...), w.Lock)
	b = appendNumber(append(b, `,"ms":`...), w.Millis)
	b = strconv.AppendInt(append(b, `,"uid":`...), int64(w.UID), 10)
	if w.PID != 0 {
		b = strconv.AppendInt(append(b, `,"pid":`...), int64(w.PID), 10)
	}
	if w.GaveUp {
		b = append(b, `,"gave_up":true`...)
	}
	return append(b, '}')
}

func (v Replaced) append(b []byte) []byte {
	b = appendText(append(b, `{"name":`...), v.Name)
	return append(appendText(append(b, `,"why":`...), v.Why), '}')
}

// appendField appends a field unless it is empty.
func appendField(b []byte, name, value string) []byte {
	if value == "" {
		return b
	}
	return appendText(append(append(append(b, `,"`...), name...), `":`...), value)
}

func appendList[T any](b []byte, name string, list []T, add func(T, []byte) []byte) []byte {
	for i, v := range list {
		if i == 0 {
			b = append(append(append(b, `,"`...), name...), `":[`...)
		} else {
			b = append(b, ',')
		}
		b = add(v, b)
	}
	if len(list) > 0 {
		b = append(b, ']')
	}
	return b
}

func appendNumber(b []byte, n float64) []byte { return strconv.AppendFloat(b, n, 'f', -1, 64) }

// appendText appends a JSON string. What is no UTF-8 becomes U+FFFD.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b = append(b, '\\', byte(r))
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[r>>4], hex[r&15])
		default:
			b = utf8.AppendRune(b, r)
		}
	}
	return append(b, '"')
}
