//go:build !linux

package doctor

func selinux(*Machine) Finding { return ok("SELinux", "is of Linux") }
