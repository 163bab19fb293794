// Package otlp sends records as spans to an OpenTelemetry collector, in OTLP/JSON over HTTP
// (https://opentelemetry.io/docs/specs/otlp). It needs net/http, so only cmd/go-safe-otlp imports it.
package otlp

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/go-safe/go-safe/internal/audit"
)

const (
	batch   = 500 // spans in one request
	timeout = 30 * time.Second
)

// Send sends the records. To a URL without a path it adds that of traces.
func Send(collector string, records []audit.Record) error {
	u, err := url.Parse(collector)
	if err != nil {
		return err
	}
	if u.Path == "" || u.Path == "/" {
		u.Path = "/v1/traces"
	}
	client := &http.Client{Timeout: timeout}
	for len(records) > 0 {
		n := min(batch, len(records))
		if err := post(client, u.String(), records[:n]); err != nil {
			return err
		}
		records = records[n:]
	}
	return nil
}

func post(client *http.Client, to string, records []audit.Record) error {
	body, err := json.Marshal(Traces(records))
	if err != nil {
		return err
	}
	answer, err := client.Post(to, "application/json", bytes.NewReader(body))
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	said, _ := io.ReadAll(io.LimitReader(answer.Body, 4096))
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%s answers: %s: %s", to, answer.Status, bytes.TrimSpace(said))
	}
	var partial struct {
		PartialSuccess struct {
			RejectedSpans string `json:"rejectedSpans"`
			ErrorMessage  string `json:"errorMessage"`
		} `json:"partialSuccess"`
	}
	if json.Unmarshal(said, &partial) == nil && partial.PartialSuccess.RejectedSpans > "0" {
		return fmt.Errorf("%s refuses %s spans: %s", to, partial.PartialSuccess.RejectedSpans,
			partial.PartialSuccess.ErrorMessage)
	}
	return nil
}

// The types have the names of OTLP's JSON form: ids in hexadecimal, 64-bit numbers as text.
type (
	Request struct {
		ResourceSpans []ResourceSpans `json:"resourceSpans"`
	}
	ResourceSpans struct {
		Resource   Resource     `json:"resource"`
		ScopeSpans []ScopeSpans `json:"scopeSpans"`
	}
	Resource struct {
		Attributes []Attribute `json:"attributes"`
	}
	ScopeSpans struct {
		Scope Scope  `json:"scope"`
		Spans []Span `json:"spans"`
	}
	Scope struct {
		Name string `json:"name"`
	}
	Span struct {
		TraceID    string      `json:"traceId"`
		SpanID     string      `json:"spanId"`
		ParentID   string      `json:"parentSpanId,omitempty"`
		Name       string      `json:"name"`
		Kind       int         `json:"kind"`
		Start      string      `json:"startTimeUnixNano"`
		End        string      `json:"endTimeUnixNano"`
		Attributes []Attribute `json:"attributes"`
		Status     *Status     `json:"status,omitempty"`
	}
	Status struct {
		Code    int    `json:"code"`
		Message string `json:"message,omitempty"`
	}
	Attribute struct {
		Key   string `json:"key"`
		Value Value  `json:"value"`
	}
	Value struct {
		String string   `json:"stringValue,omitempty"`
		Int    string   `json:"intValue,omitempty"`
		Double *float64 `json:"doubleValue,omitempty"`
	}
)

const (
	kindInternal = 1
	statusError  = 2
)

// Traces returns the request for the records.
func Traces(records []audit.Record) Request {
	var spans []Span
	for _, r := range records {
		spans = append(spans, spanOf(r))
	}
	return Request{[]ResourceSpans{{
		Resource:   Resource{[]Attribute{text("service.name", "go-safe")}},
		ScopeSpans: []ScopeSpans{{Scope: Scope{"go-safe/audit"}, Spans: spans}},
	}}}
}

// spanOf returns the span of a command: below the span of TRACEPARENT, else in a trace of its own. The ids are a hash
// of the record, so one that is sent twice is the same span.
func spanOf(r audit.Record) Span {
	data, _ := json.Marshal(r)
	sum := sha256.Sum256(data)
	s := Span{
		TraceID: hex.EncodeToString(sum[:16]),
		SpanID:  hex.EncodeToString(sum[16:24]),
		Name:    "go " + r.Class,
		Kind:    kindInternal,
		Start:   strconv.FormatInt(r.Time.UnixNano(), 10),
		End:     strconv.FormatInt(r.Time.Add(time.Duration(r.Millis*float64(time.Millisecond))).UnixNano(), 10),
		Attributes: []Attribute{
			text("gosafe.class", r.Class), whole("process.user.id", int64(r.UID)), text("gosafe.dir", r.Dir),
			text("gosafe.go", r.Go), whole("process.exit.code", int64(r.Status)),
		},
	}
	if parts := strings.Split(audit.TraceParent(r.Trace), "-"); len(parts) == 4 {
		s.TraceID, s.ParentID = parts[1], parts[2]
	}
	if r.Signal != "" {
		s.Attributes = append(s.Attributes, text("gosafe.signal", r.Signal))
	}
	if r.Status != 0 {
		s.Status = &Status{Code: statusError, Message: string(r.Cause)}
		s.Attributes = append(s.Attributes, text("gosafe.cause", string(r.Cause)))
	}
	waited := 0.0
	for _, w := range r.Waits {
		waited += w.Millis
	}
	if waited > 0 {
		s.Attributes = append(s.Attributes, Attribute{"gosafe.waited_ms", Value{Double: &waited}})
	}
	for _, v := range r.Replaced {
		s.Attributes = append(s.Attributes, text("gosafe.replaced."+v.Name, v.Why))
	}
	return s
}

func text(key, value string) Attribute { return Attribute{key, Value{String: value}} }
func whole(key string, value int64) Attribute {
	return Attribute{key, Value{Int: strconv.FormatInt(value, 10)}}
}
