#include "textflag.h"

// The kernel calls it with the signal in DI, siginfo_t in SI, the context in DX. It leaves all of them, and the
// stack, as they are.
TEXT origin<>(SB),NOSPLIT|NOFRAME,$0-0
	CMPL	8(SI), $0 // si_code: above 0 the kernel sent it
	JGT	next
	LEAQ	·sent(SB), AX
	MOVL	$1, (AX)(DI*4)
next:
	MOVQ	·after(SB), AX
	JMP	AX

DATA	·origin(SB)/8, $origin<>(SB)
GLOBL	·origin(SB), RODATA, $8
