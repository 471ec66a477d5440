package hookseal

import "net/http"

// VerifyAny verifies a delivery by the first of several verifiers that accepts it, in their order: for an endpoint that
// has several senders, or one that changes its scheme. It returns the index of that verifier too.
//
// Nothing guesses from the headers who sent a delivery, since its sender could choose by which rules it is judged. An
// endpoint is as strict as the least strict of its verifiers; give each sender an endpoint of its own where you can.
//
// If all refuse, the error is that of the first verifier whose signature header is present, or else that of the first.
func VerifyAny(header http.Header, body []byte, verifiers ...*Verifier) (int, *Delivery, error) {
	var first, addressed error
	for index, v := range verifiers {
		d, err := v.Verify(header, body)
		if err == nil {
			return index, d, nil
		}
		if first == nil {
			first = err
		}
		if addressed == nil && v.isSignaturePresent(header) {
			addressed = err
		}
	}
	switch {
	case addressed != nil:
		return -1, nil, addressed
	case first != nil:
		return -1, nil, first
	}
	return -1, nil, NewError(ErrInvalidArgument, "there is no verifier; give at least one")
}

// isSignaturePresent is whether the header of the scheme's signature occurs at all, under either of its names.
func (v *Verifier) isSignaturePresent(header http.Header) bool {
	if v == nil {
		return false
	}
	var found headerValues
	v.names.find(header, &found)
	return found[signatureName].count+found[signatureName+secondName].count > 0
}
