package doctor

func sudoPath(*Machine) Finding { return excused("sudo", "is not looked at on Windows") }
