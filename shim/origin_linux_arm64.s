#include "textflag.h"

// The kernel calls it with the signal in R0, siginfo_t in R1, the context in R2. It leaves all of them, and the
// stack, as they are.
TEXT origin<>(SB),NOSPLIT|NOFRAME,$0-0
	MOVW	8(R1), R9 // si_code: above 0 the kernel sent it
	CMPW	$0, R9
	BGT	next
	MOVD	$·sent(SB), R9
	MOVD	$1, R10
	MOVW	R10, (R9)(R0<<2)
next:
	MOVD	·after(SB), R9
	JMP	(R9)

DATA	·origin(SB)/8, $origin<>(SB)
GLOBL	·origin(SB), RODATA, $8
