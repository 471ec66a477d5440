module hookseal.invalid/go

go 1.24
