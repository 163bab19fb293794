# Puts go-safe before the real go on PATH, because fish does not read /etc/profile.d.
if status is-login; and test "$PATH[1]" != /usr/lib/go-safe/bin
    set -gx PATH /usr/lib/go-safe/bin $PATH
end
