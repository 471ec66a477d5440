package hookseal

import (
	"net/http"
	"net/textproto"
)

// The headers of a scheme, by their numbers in the core's ABI; from secondName on, the second names of the same headers.
const (
	signatureName = 0
	idName        = 2
	topicName     = 3
	secondName    = 4
	allNames      = 8
)

// headerNames are the names that a scheme looks for.
type headerNames struct {
	wanted []wantedName
	// The lengths of the names as bits, by which most headers are passed over.
	lengths uint64
}

type wantedName struct {
	name  string
	which int
}

func (n *headerNames) set(which int, name string) {
	if name != "" {
		n.wanted = append(n.wanted, wantedName{textproto.CanonicalMIMEHeaderKey(name), which})
		n.lengths |= 1 << (uint(len(name)) & 63)
	}
}

// headerValue is what a request has under a name.
type headerValue struct {
	value string
	// How often the header occurs. The value is the first one.
	count int
}

type headerValues [allNames]headerValue

// find looks all names up. Keys that are not in canonical form count too, since a map that was not made by a server may
// have them: so every key is looked at.
func (n *headerNames) find(header http.Header, found *headerValues) {
	for key, values := range header {
		if n.lengths&(1<<(uint(len(key))&63)) == 0 || len(values) == 0 {
			continue
		}
		for at := range n.wanted {
			if wanted := &n.wanted[at]; equalFold(key, wanted.name) {
				value := &found[wanted.which]
				if value.count == 0 {
					value.value = values[0]
				}
				value.count += len(values)
			}
		}
	}
}

// equalFold compares names of headers. Unlike [strings.EqualFold], it takes no other letter for an ASCII one.
func equalFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	if a == b {
		return true
	}
	for i := 0; i < len(a); i++ {
		if lower(a[i]) != lower(b[i]) {
			return false
		}
	}
	return true
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
