package hookseal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash"

	"hookseal.invalid/go/internal/engine"
)

// The ABI that instances must have, of docs/abi.md.
const (
	abiMajor = 1
	abiMinor = 1
	noSize   = -1

	readEnvelope = 1
	noBody       = 2
	wantsKey     = 4

	hasFields   = 1
	hasTime     = 2
	hasEnvelope = 4

	decidable = 1
	readsBody = 4

	schemeName  = 8
	variantName = 9

	pascalNames = 3
)

// Places in an instance's scratch memory, in the order of the structs of the ABI.
const (
	deliveryAt   = 0
	deliverySize = 32
	verdictAt    = deliveryAt + deliverySize
	verdictSize  = 216
	preparedAt   = verdictAt + verdictSize
	preparedSize = 72
	headersAt    = preparedAt + preparedSize
	headerSize   = 16
	macsAt       = headersAt + 2*allNames*headerSize
	maxSecrets   = 8
	textAt       = macsAt + maxSecrets*sha256.Size
	textSize     = 1024
	valuesAt     = textAt + textSize
	valuesSize   = 1024
	scratchSize  = valuesAt + valuesSize
)

// Places in a verdict.
const (
	verdictCode      = 4
	verdictSecret    = 12
	verdictVariant   = 16
	verdictFlags     = 20
	verdictTimestamp = 24
	verdictFields    = 32
	verdictIDHeader  = 104
	verdictID        = 108
	verdictIDLength  = 112
)

// Places in what is prepared.
const (
	preparedFlags  = 4
	preparedBefore = 20
	preparedAfter  = 24
)

// An instance whose memory a large body has made larger than this is not kept.
const maxKept = 4 << 16

// instance is a copy of the core with the verifier in its memory. It is used by one goroutine at a time.
type instance struct {
	module   *engine.Module
	verifier int32
	scratch  int32
	// One for each secret, with its key prepared.
	macs []hash.Hash
	// Memory for the values of headers that do not fit into the scratch memory; 0 if there is none.
	extra     int32
	extraSize int32
	// Whether a call ended in a panic, after which the memory is in no known state.
	broken bool
}

// memory is the instance's memory, until the next call.
func (i *instance) memory() []byte { return *i.module.Xmemory().Slice() }

// newInstance makes a copy of the core and the verifier in it. The error is what is wrong with the configuration.
func newInstance(config *config) (i *instance, names []string, err *Error) {
	i = &instance{module: engine.New()}
	defer func() {
		if cause := recover(); cause != nil {
			i, names, err = nil, nil, stopped(cause)
		}
	}()
	if abi := i.module.Xhookseal_abi(); abi>>16 != abiMajor || abi&0xffff < abiMinor {
		return nil, nil, NewError(ErrInvalidArgument, fmt.Sprintf("the core has version %#x of its ABI", abi))
	}
	i.scratch = i.module.Xhookseal_alloc(scratchSize)
	if i.scratch == 0 {
		return nil, nil, outOfMemory()
	}
	i.withText(string(config.scheme), func(at, length int32) {
		i.verifier = i.module.Xhookseal_verifier_new(at, length)
	})
	for _, secret := range config.secrets {
		isText := int32(0)
		if secret.isText {
			isText = 1
		}
		i.withText(secret.text, func(at, length int32) {
			i.module.Xhookseal_verifier_secret(i.verifier, isText, at, length)
		})
	}
	for which, limit := range config.limits {
		if limit != nil {
			i.module.Xhookseal_verifier_limit(i.verifier, int32(which), int32(uint32(*limit)), int32(uint32(*limit>>32)))
		}
	}
	i.putVerdict()
	if i.module.Xhookseal_verifier_ready(i.verifier, i.scratch+verdictAt) != 0 {
		return nil, nil, i.refusal()
	}
	verdict := i.verdict()
	variants := verdict.variant
	// From the second message on, an HMAC starts from the states that it has kept.
	i.macs = i.newMACs(int(verdict.secret), hash.Hash.Reset)
	for which := range variantName + variants {
		names = append(names, i.text(func(at, capacity int32) int32 {
			return i.module.Xhookseal_verifier_name(i.verifier, int32(which), at, capacity)
		}))
	}
	return i, names, nil
}

// newMACs returns an HMAC for each secret, which Go makes several times faster than the translated core.
func (i *instance) newMACs(secrets int, begin func(hash.Hash)) []hash.Hash {
	macs := make([]hash.Hash, secrets)
	for index := range macs {
		size := int32(textSize)
		at := i.alloc(int(size))
		length := i.module.Xhookseal_mac_key(i.verifier, int32(index), at, size)
		if length > size {
			i.module.Xhookseal_free(at, size)
			size = length
			at = i.alloc(int(size))
			i.module.Xhookseal_mac_key(i.verifier, int32(index), at, size)
		}
		macs[index] = hmac.New(sha256.New, i.memory()[uint32(at):][:length])
		i.module.Xhookseal_free(at, size)
		begin(macs[index])
	}
	return macs
}

// close wipes the prepared secrets. After a panic in the core, nothing in its memory can be relied on, and nothing happens.
func (i *instance) close() {
	var err *Error
	defer recovered(&err)
	i.module.Xhookseal_verifier_free(i.verifier)
}

// withText passes a text to a call, in memory that is wiped afterwards.
func (i *instance) withText(text string, call func(at, length int32)) {
	if text == "" {
		call(0, 0)
		return
	}
	at := i.alloc(len(text))
	copy(i.memory()[uint32(at):], text)
	call(at, int32(len(text)))
	i.free(at, len(text))
}

// alloc returns memory of the core. Bodies are less than 4 GiB, and there is a panic if there is no room for one.
func (i *instance) alloc(bytes int) int32 {
	at := i.module.Xhookseal_alloc(int32(uint32(bytes)))
	if at == 0 && bytes > 0 {
		panic(outOfMemory())
	}
	return at
}

// free gives memory of the core back.
func (i *instance) free(at int32, bytes int) { i.module.Xhookseal_free(at, int32(uint32(bytes))) }

// putBody copies a body into memory of its own, which has to be freed.
func (i *instance) putBody(body []byte) (at int32) {
	at = i.alloc(len(body))
	copy(i.memory()[uint32(at):], body)
	return at
}

// text reads a text that a call writes into the scratch memory.
func (i *instance) text(call func(at, capacity int32) int32) string {
	at := i.scratch + textAt
	length := call(at, textSize)
	if length <= 0 {
		return ""
	}
	return string(i.memory()[at:][:min(length, textSize)])
}

// request is a delivery that is passed to the core.
type request struct {
	flags  uint32
	now    int64
	values *headerValues
	// Where the body is in the core's memory, and its length.
	bodyAt     int32
	bodyLength int
}

// put writes a request into the scratch memory. Values of headers that do not fit there have memory of their own, until
// the next request.
func (i *instance) put(request *request) {
	at, size := uint32(i.scratch+valuesAt), 0
	for which := range request.values {
		size += len(request.values[which].value)
	}
	if i.extra != 0 {
		i.module.Xhookseal_free(i.extra, i.extraSize)
		i.extra = 0
	}
	if size > valuesSize {
		i.extra, i.extraSize = i.alloc(size), int32(size)
		at = uint32(i.extra)
	}
	memory := i.memory()
	scratch := memory[i.scratch:][:scratchSize]
	count := uint32(0)
	for which := range request.values {
		found := &request.values[which]
		if found.count == 0 {
			continue
		}
		copy(memory[at:], found.value)
		// A header that occurs more than once reaches the core twice.
		for range min(found.count, 2) {
			header := scratch[headersAt+count*headerSize:][:headerSize]
			put32(header[0:], 0)
			put32(header[4:], uint32(1+which))
			put32(header[8:], at)
			put32(header[12:], uint32(len(found.value)))
			count++
		}
		at += uint32(len(found.value))
	}
	delivery := scratch[deliveryAt:][:deliverySize]
	put32(delivery[0:], deliverySize)
	put32(delivery[4:], request.flags)
	binary.LittleEndian.PutUint64(delivery[8:], uint64(request.now))
	put32(delivery[16:], uint32(i.scratch)+headersAt)
	put32(delivery[20:], count)
	put32(delivery[24:], uint32(request.bodyAt))
	put32(delivery[28:], uint32(request.bodyLength))
	put32(scratch[verdictAt:], verdictSize)
	put32(scratch[preparedAt:], preparedSize)
}

func (i *instance) putVerdict() { put32(i.verdictRecord(), verdictSize) }

// verdictRecord is the last verdict as the core wrote it.
func (i *instance) verdictRecord() []byte { return i.memory()[i.scratch+verdictAt:][:verdictSize] }

// verdict is what of the core's verdict does not have to be asked for.
type verdict struct {
	secret, variant, flags uint32
	timestamp              int64
	// 1 + the index of the header with the signed id, and the id in its value.
	idHeader, idAt, idLength uint32
}

func (i *instance) verdict() verdict {
	record := i.verdictRecord()
	return verdict{
		secret:    get32(record[verdictSecret:]),
		variant:   get32(record[verdictVariant:]),
		flags:     get32(record[verdictFlags:]),
		timestamp: int64(binary.LittleEndian.Uint64(record[verdictTimestamp:])),
		idHeader:  get32(record[verdictIDHeader:]),
		idAt:      get32(record[verdictID:]),
		idLength:  get32(record[verdictIDLength:]),
	}
}

// restoreVerdict writes back what was read of the verdict on a genuine delivery, for a call that takes it.
func (i *instance) restoreVerdict(verdict *verdict) {
	record := i.verdictRecord()
	clear(record[verdictCode:])
	put32(record[verdictSecret:], verdict.secret)
	put32(record[verdictVariant:], verdict.variant)
	put32(record[verdictFlags:], verdict.flags)
	binary.LittleEndian.PutUint64(record[verdictTimestamp:], uint64(verdict.timestamp))
	put32(record[verdictIDHeader:], verdict.idHeader)
	put32(record[verdictID:], verdict.idAt)
	put32(record[verdictIDLength:], verdict.idLength)
}

// span is a part of a body.
type span struct{ at, length uint32 }

// fields are the places of the envelope's fields in the body, from the last verdict.
func (i *instance) fields() (fields [9]span) {
	record := i.verdictRecord()[verdictFields:]
	for n := range fields {
		fields[n] = span{get32(record[8*n:]), get32(record[8*n+4:])}
	}
	return fields
}

// refusal is the error of the last verdict.
func (i *instance) refusal() *Error {
	number, code := get32(i.verdictRecord()[verdictCode:]), ErrInvalidArgument
	if 0 < number && number < uint32(len(codes)) {
		code = codes[number]
	}
	message := i.text(func(at, capacity int32) int32 {
		return i.module.Xhookseal_message(i.scratch+verdictAt, pascalNames, at, capacity)
	})
	if message == "" {
		message = code.text()
	}
	return &Error{Code: code, Status: code.Status(), Message: message}
}

// stopped is the error for a call that ended in a panic.
func stopped(cause any) *Error {
	if err, ok := cause.(*Error); ok {
		return err
	}
	return NewError(ErrInvalidArgument, fmt.Sprintf("the core stopped, which is a fault of hookseal: %v", cause))
}

func outOfMemory() *Error {
	return NewError(ErrBodyTooLarge, "there is not enough memory for it")
}

func put32(memory []byte, value uint32) { binary.LittleEndian.PutUint32(memory, value) }

func get32(memory []byte) uint32 { return binary.LittleEndian.Uint32(memory) }
