// bcryptprimitives.dll with the one function that Go programs need (runtime.loadOptionalSyscalls) and that Wine 8 does
// not have. It is linked without the C runtime: with that in it, Go programs crash at random.

#include <windows.h>

// RtlGenRandom, by the name that advapi32.dll exports.
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);

__declspec(dllexport) BOOL WINAPI ProcessPrng(BYTE *buffer, SIZE_T length)
{
	return SystemFunction036(buffer, (ULONG)length);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
	return TRUE;
}
