package proc

// CompilerMemory is what a compiler of a larger package needs, in bytes. The linker of a larger program needs as much
// or more.
const CompilerMemory = 512 << 20
