package main

// stackRoom makes a stack of 32 KiB, which is enough for most of what go-safe does.
const stackRoom = 20 << 10

// growStack makes the stack of this goroutine grow to its final size at once. A stack starts with 2 KiB and doubles
// whenever it is full; each time the runtime copies it, and reads its tables about the callers. That cost 16 page
// faults, 6 % of a start. A function with a large frame makes the stack grow once, while there are no callers. The
// room itself is not used, and so costs nothing: use is always false. Without the parameter the compiler would drop
// the array.
//
//go:noinline
func growStack(use bool) {
	if use {
		var room [stackRoom]byte
		fill(&room)
	}
}

//go:noinline
func fill(room *[stackRoom]byte) {
	for i := range room {
		room[i] = 1
	}
}
