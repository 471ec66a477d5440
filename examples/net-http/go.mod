module receiver

go 1.24

require hookseal.invalid/go v0.2.0
