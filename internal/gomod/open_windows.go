package gomod

const nonblock = 0
