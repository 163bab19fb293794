#include "textflag.h"

// Where package syscall is to jump to for the functions of libc_darwin.go.

TEXT libc_acl_get_file_trampoline<>(SB),NOSPLIT,$0-0
	JMP	libc_acl_get_file(SB)
GLOBL	·libc_acl_get_file_addr(SB), RODATA, $8
DATA	·libc_acl_get_file_addr(SB)/8, $libc_acl_get_file_trampoline<>(SB)

TEXT libc_acl_get_fd_np_trampoline<>(SB),NOSPLIT,$0-0
	JMP	libc_acl_get_fd_np(SB)
GLOBL	·libc_acl_get_fd_np_addr(SB), RODATA, $8
DATA	·libc_acl_get_fd_np_addr(SB)/8, $libc_acl_get_fd_np_trampoline<>(SB)

TEXT libc_acl_set_fd_np_trampoline<>(SB),NOSPLIT,$0-0
	JMP	libc_acl_set_fd_np(SB)
GLOBL	·libc_acl_set_fd_np_addr(SB), RODATA, $8
DATA	·libc_acl_set_fd_np_addr(SB)/8, $libc_acl_set_fd_np_trampoline<>(SB)

TEXT libc_acl_to_text_trampoline<>(SB),NOSPLIT,$0-0
	JMP	libc_acl_to_text(SB)
GLOBL	·libc_acl_to_text_addr(SB), RODATA, $8
DATA	·libc_acl_to_text_addr(SB)/8, $libc_acl_to_text_trampoline<>(SB)

TEXT libc_acl_from_text_trampoline<>(SB),NOSPLIT,$0-0
	JMP	libc_acl_from_text(SB)
GLOBL	·libc_acl_from_text_addr(SB), RODATA, $8
DATA	·libc_acl_from_text_addr(SB)/8, $libc_acl_from_text_trampoline<>(SB)

TEXT libc_acl_free_trampoline<>(SB),NOSPLIT,$0-0
	JMP	libc_acl_free(SB)
GLOBL	·libc_acl_free_addr(SB), RODATA, $8
DATA	·libc_acl_free_addr(SB)/8, $libc_acl_free_trampoline<>(SB)

TEXT libc_mbr_uid_to_uuid_trampoline<>(SB),NOSPLIT,$0-0
	JMP	libc_mbr_uid_to_uuid(SB)
GLOBL	·libc_mbr_uid_to_uuid_addr(SB), RODATA, $8
DATA	·libc_mbr_uid_to_uuid_addr(SB)/8, $libc_mbr_uid_to_uuid_trampoline<>(SB)

TEXT libc_mbr_gid_to_uuid_trampoline<>(SB),NOSPLIT,$0-0
	JMP	libc_mbr_gid_to_uuid(SB)
GLOBL	·libc_mbr_gid_to_uuid_addr(SB), RODATA, $8
DATA	·libc_mbr_gid_to_uuid_addr(SB)/8, $libc_mbr_gid_to_uuid_trampoline<>(SB)

TEXT libc_mbr_check_membership_trampoline<>(SB),NOSPLIT,$0-0
	JMP	libc_mbr_check_membership(SB)
GLOBL	·libc_mbr_check_membership_addr(SB), RODATA, $8
DATA	·libc_mbr_check_membership_addr(SB)/8, $libc_mbr_check_membership_trampoline<>(SB)
