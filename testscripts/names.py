#!/usr/bin/python3
"""names.py DIR MOUNT shows DIR at MOUNT with names of at most 143 bytes, as ecryptfs does, and reports that limit."""
import errno
import os
import sys

try:
    from fusepy import FUSE, FuseOSError, Operations
except ImportError:
    from fuse import FUSE, FuseOSError, Operations


class Names(Operations):
    def __init__(self, root):
        self.root = root

    def __call__(self, op, path, *args):
        if op != "statfs" and any(len(e) > 143 for e in path.encode().split(b"/")):
            raise FuseOSError(errno.ENAMETOOLONG)
        return getattr(self, op)(self.root + path, *args)

    def getattr(self, path, fh=None):
        try:
            st = os.lstat(path)
        except OSError as e:
            raise FuseOSError(e.errno)
        return {k: getattr(st, k) for k in dir(st) if k.startswith("st_") and not k.endswith("_ns")}

    def statfs(self, path):
        s = os.statvfs(path)
        return dict({k: getattr(s, k) for k in dir(s) if k.startswith("f_") and k != "f_fsid"}, f_namemax=143)

    def readdir(self, path, fh):
        return [".", ".."] + os.listdir(path)

    def create(self, path, mode, fi=None):
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, mode)

    def read(self, path, size, offset, fh):
        return os.pread(fh, size, offset)

    def write(self, path, data, offset, fh):
        return os.pwrite(fh, data, offset)

    def truncate(self, path, length, fh=None):
        os.truncate(path, length)

    def rename(self, old, new):
        os.rename(old, self.root + new)

    def release(self, path, fh):
        os.close(fh)

    def utimens(self, path, times=None):
        os.utime(path, times)

    def open(self, path, flags):
        return os.open(path, flags)

    def mkdir(self, path, mode):
        os.mkdir(path, mode)

    def rmdir(self, path):
        os.rmdir(path)

    def unlink(self, path):
        os.unlink(path)

    def chmod(self, path, mode):
        os.chmod(path, mode)

    def chown(self, path, uid, gid):
        os.chown(path, uid, gid)


FUSE(Names(sys.argv[1]), sys.argv[2], foreground=True, nothreads=True, allow_other=True, default_permissions=True)
