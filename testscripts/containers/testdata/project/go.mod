module project

go 1.22
