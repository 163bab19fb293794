package otlp

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-safe/go-safe/internal/audit"
)

// Spans arrive below the span of TRACEPARENT, in batches. A server that refuses them is an error.
func TestSend(t *testing.T) {
	var got []Request
	answer, status := "{}", http.StatusOK
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		var request Request
		if err := json.Unmarshal(body, &request); err != nil || r.URL.Path != "/v1/traces" ||
			r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s %s: %v", r.Method, r.URL, err)
		}
		got = append(got, request)
		w.WriteHeader(status)
		io.WriteString(w, answer)
	}))
	defer server.Close()
	r := audit.Record{
		Time: time.Unix(5, 7), UID: 0, Class: "build", Status: 1, Millis: 2, Cause: audit.Net,
		Trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Waits: []audit.Wait{{Millis: 3}},
	}
	records := make([]audit.Record, batch+1)
	for i := range records {
		records[i] = r
		records[i].UID = i
	}
	records[batch].Trace, records[batch].Status = "", 0
	if err := Send(server.URL, records); err != nil {
		t.Fatal(err)
	}
	if len(got) != 2 {
		t.Fatalf("%d requests", len(got))
	}
	s := got[0].ResourceSpans[0].ScopeSpans[0].Spans[0]
	if s.TraceID != "0af7651916cd43dd8448eb211c80319c" || s.ParentID != "b7ad6b7169203331" || len(s.SpanID) != 16 ||
		s.Start != "5000000007" || s.End != "5002000007" || s.Name != "go build" || s.Status.Message != "net" {
		t.Errorf("%+v", s)
	}
	alone := got[1].ResourceSpans[0].ScopeSpans[0].Spans[0]
	if len(alone.TraceID) != 32 || alone.ParentID != "" || alone.Status != nil || alone.SpanID == s.SpanID {
		t.Errorf("%+v", alone)
	}
	again := Traces(records[:1]).ResourceSpans[0].ScopeSpans[0].Spans[0]
	if again.SpanID != s.SpanID {
		t.Error("a record that is sent twice is two spans")
	}
	for _, tt := range []struct {
		answer string
		status int
		want   string
	}{
		{`{"partialSuccess":{"rejectedSpans":"2","errorMessage":"full"}}`, http.StatusOK, "refuses 2 spans: full"},
		{`{"partialSuccess":{"rejectedSpans":"0"}}`, http.StatusOK, ""},
		{"no", http.StatusBadRequest, "400 Bad Request: no"},
	} {
		answer, status = tt.answer, tt.status
		err := Send(server.URL, records[:1])
		if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
			t.Errorf("%s: %v", tt.answer, err)
		}
	}
}
