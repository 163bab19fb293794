// Package rights knows who may do what in a cache of the go command, and keeps it so.
//
// A cache's owner, mode and ACL are its policy, which Of reads and nothing configures. Repair brings in line what
// one run of the go command made, at the cost of that; Fix a whole cache, and Share makes a directory one that
// a group has in common. They act on descriptors, follow no link, stay in the mount of the cache, leave setuid and
// setgid files and those with several names alone, and can be interrupted anywhere and run again.
//
// The package prints nothing and reads no environment. What it cannot change it names.
package rights
