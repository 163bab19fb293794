package main

import (
	"os"
	"testing"
)

// What is thrown away is not drawn either, though it goes to a character device.
func TestBarOnNull(t *testing.T) {
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer null.Close()
	b := newBar(null, "", 1)
	if b.show(1); b.width > 0 {
		t.Error("drawn")
	}
}
