#!/bin/sh
# collector.sh exports a record to a real OpenTelemetry collector, which must print it as a span under the span that
# TRACEPARENT names. It builds the collector from the module proxy, in about six minutes; COLLECTOR=FILE is one that is
# built already. .ci/extra runs it, in the root of the repository.
set -eu
version=v0.165.0
dir=$(mktemp -d)
trap 'kill $pid 2>/dev/null || true; rm -rf "$dir"' EXIT
pid=

if test -z "${COLLECTOR:-}"; then
	GOBIN=$dir go install go.opentelemetry.io/collector/cmd/builder@$version
	cat >"$dir/builder.yaml" <<X
dist:
  name: otelcol
  output_path: $dir/out
receivers:
  - gomod: go.opentelemetry.io/collector/receiver/otlpreceiver $version
exporters:
  - gomod: go.opentelemetry.io/collector/exporter/debugexporter $version
X
	"$dir/builder" --config "$dir/builder.yaml"
	COLLECTOR=$dir/out/otelcol
fi
cat >"$dir/collector.yaml" <<X
receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:43188
exporters:
  debug:
    verbosity: detailed
service:
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [debug]
  telemetry:
    metrics:
      level: none
X
"$COLLECTOR" --config "$dir/collector.yaml" >"$dir/said" 2>&1 &
pid=$!
until grep -q 'Everything is ready' "$dir/said"; do
	kill -0 $pid
done

real=$(go env GOROOT)/bin/go
go build -o "$dir/go-safe" ./cmd/go-safe
go build -o "$dir/go-safe-otlp" ./cmd/go-safe-otlp
export GOSAFE_AUDIT="$dir/log" GOSAFE_GO="$real"
TRACEPARENT=00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01 "$dir/go-safe" list unsafe
"$dir/go-safe" safe audit export --otlp http://127.0.0.1:43188
until grep -q 'process.exit.code' "$dir/said"; do
	kill -0 $pid
done
for line in 'Trace ID *: 0af7651916cd43dd8448eb211c80319c' 'Parent ID *: b7ad6b7169203331' 'Name *: go list' \
	'gosafe.class: Str(list)' 'process.exit.code: Int(0)'; do
	grep "$line" "$dir/said"
done
