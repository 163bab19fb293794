//go:build !linux

package shim

import "os"

func (r *signalRelay) sendDown(sig os.Signal, _ bool) error { return r.child.signal(sig) }
