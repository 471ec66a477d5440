// Package wazero runs the vectors with hookseal-core.wasm in wazero, as any program in Go can load it.
package wazero

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/tetratelabs/wazero"
	"github.com/tetratelabs/wazero/api"
)

const (
	// The file of tests/examples/host_vectors.rs.
	vectorsFile = "host-vectors"
	moduleFile  = "hookseal-core.wasm"

	none          = 0xffff_ffff
	deliverySize  = 32
	verdictSize   = 216
	readEnvelope  = 1
	hasFields     = 1
	hasTime       = 2
	verdictAt     = 0
	digestAt      = verdictAt + verdictSize
	textAt        = digestAt + 32
	textSize      = 64 << 10
	scratchSize   = textAt + textSize
	schemeVariant = 9
)

// core is an instance of the module.
type core struct {
	t       testing.TB
	module  api.Module
	scratch uint32
	// What was allocated for the present vector.
	allocated [][2]uint32
}

func compile(t testing.TB, config wazero.RuntimeConfig) (wazero.Runtime, wazero.CompiledModule) {
	t.Helper()
	bytes, err := os.ReadFile(moduleFile)
	if err != nil {
		t.Fatal(err)
	}
	runtime := wazero.NewRuntimeWithConfig(context.Background(), config)
	t.Cleanup(func() { _ = runtime.Close(context.Background()) })
	compiled, err := runtime.CompileModule(context.Background(), bytes)
	if err != nil {
		t.Fatal(err)
	}
	return runtime, compiled
}

func instantiate(t testing.TB, runtime wazero.Runtime, compiled wazero.CompiledModule) *core {
	t.Helper()
	module, err := runtime.InstantiateModule(context.Background(), compiled, wazero.NewModuleConfig().WithName(""))
	if err != nil {
		t.Fatal(err)
	}
	c := &core{t: t, module: module}
	c.scratch = c.call("alloc", scratchSize)
	if abi := c.call("abi"); abi>>16 != 1 {
		t.Fatalf("the ABI has version %#x", abi)
	}
	return c
}

func (c *core) call(name string, arguments ...uint32) uint32 {
	c.t.Helper()
	wide := make([]uint64, len(arguments))
	for at, argument := range arguments {
		wide[at] = uint64(argument)
	}
	results, err := c.module.ExportedFunction("hookseal_"+name).Call(context.Background(), wide...)
	if err != nil {
		c.t.Fatalf("hookseal_%s: %v", name, err)
	}
	if len(results) == 0 {
		return 0
	}
	return uint32(results[0])
}

// memory is a view, until the next call.
func (c *core) memory(at, length uint32) []byte {
	c.t.Helper()
	view, ok := c.module.Memory().Read(at, length)
	if !ok {
		c.t.Fatalf("%d bytes at %d are outside of the memory", length, at)
	}
	return view
}

// put copies a text into the core's memory.
func (c *core) put(text []byte) (at, length uint32) {
	if len(text) == 0 {
		return 0, 0
	}
	at, length = c.call("alloc", uint32(len(text))), uint32(len(text))
	if at == 0 {
		c.t.Fatal("there is no memory")
	}
	c.allocated = append(c.allocated, [2]uint32{at, length})
	copy(c.memory(at, length), text)
	return at, length
}

func (c *core) freeAll() {
	for _, block := range c.allocated {
		c.call("free", block[0], block[1])
	}
	c.allocated = nil
}

func (c *core) verdict() uint32 {
	at := c.scratch + verdictAt
	binary.LittleEndian.PutUint32(c.memory(at, 4), verdictSize)
	return at
}

func (c *core) word(at uint32) uint32 { return binary.LittleEndian.Uint32(c.memory(at, 4)) }

// text reads what a call writes.
func (c *core) text(name string, arguments ...uint32) string {
	c.t.Helper()
	length := c.call(name, append(arguments, c.scratch+textAt, textSize)...)
	if length == none || length > textSize {
		c.t.Fatalf("hookseal_%s returns %d", name, int32(length))
	}
	return string(c.memory(c.scratch+textAt, length))
}

type vector struct {
	name, scheme string
	secrets      [][]byte
	limits       [][2]uint64
	headers      [][2][]byte
	body         []byte
	now          uint64
	scope        []byte
	outcome      outcome
}

// outcome is all that a host can ask for.
type outcome struct {
	code, status           uint32
	message, variant, time string
	secret, id             string
	fields                 [9]string
	eventType, eventID     string
	key, digest            string
}

func read(t testing.TB) (vectors []vector) {
	t.Helper()
	rest, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	item := func() []byte {
		digits, after, ok := bytes.Cut(rest, []byte(":"))
		length, err := strconv.Atoi(string(digits))
		if !ok || err != nil || length > len(after) {
			t.Fatalf("%s is cut short", vectorsFile)
		}
		rest = after[length:]
		return after[:length]
	}
	text := func() string { return string(item()) }
	number := func() uint64 {
		text := text()
		if signed, err := strconv.ParseInt(text, 10, 64); err == nil {
			return uint64(signed)
		}
		number, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return number
	}
	for range number() {
		v := vector{name: text(), scheme: text()}
		for range number() {
			v.secrets = append(v.secrets, item())
		}
		for range number() {
			v.limits = append(v.limits, [2]uint64{number(), number()})
		}
		for range number() {
			v.headers = append(v.headers, [2][]byte{item(), item()})
		}
		v.body, v.now, v.scope = item(), number(), item()
		o := &v.outcome
		o.code, o.status, o.message = uint32(number()), uint32(number()), text()
		o.variant, o.time, o.secret, o.id = text(), text(), text(), text()
		for at := range o.fields {
			o.fields[at] = text()
		}
		o.eventType, o.eventID, o.key, o.digest = text(), text(), text(), text()
		vectors = append(vectors, v)
	}
	return vectors
}

func (c *core) outcome(v *vector) (o outcome) {
	defer c.freeAll()
	at, length := c.put([]byte(v.scheme))
	verifier := c.call("verifier_new", at, length)
	defer c.call("verifier_free", verifier)
	for _, secret := range v.secrets {
		at, length := c.put(secret)
		c.call("verifier_secret", verifier, 1, at, length)
	}
	for _, limit := range v.limits {
		c.call("verifier_limit", verifier, uint32(limit[0]), uint32(limit[1]), uint32(limit[1]>>32))
	}
	verdict := c.verdict()
	refused := func(code uint32) outcome {
		return outcome{code: code, status: c.word(verdict + 8), message: c.text("message", verdict, 0)}
	}
	if code := c.call("verifier_ready", verifier, verdict); code != 0 {
		return refused(code)
	}
	delivery := c.delivery(v)
	c.verdict()
	if code := c.call("verify", verifier, delivery, verdict); code != 0 {
		return refused(code)
	}
	record := slices.Clone(c.memory(verdict, verdictSize))
	word := func(at int) uint32 { return binary.LittleEndian.Uint32(record[at:]) }
	o.variant = c.text("verifier_name", verifier, schemeVariant+word(16))
	o.secret = strconv.Itoa(int(word(12)))
	if word(20)&hasTime != 0 {
		o.time = strconv.FormatInt(int64(binary.LittleEndian.Uint64(record[24:])), 10)
	}
	if index := word(104); index != 0 {
		o.id = string(v.headers[index-1][1][word(108):][:word(112)])
	}
	if word(20)&hasFields != 0 {
		for field := range o.fields {
			if at := word(32 + 8*field); at != 0 {
				o.fields[field] = "+" + string(v.body[at:][:word(36+8*field)])
			}
		}
		decoded := func(field int) string {
			at, length := c.put([]byte(o.fields[field][1:]))
			return c.text("decode", at, length)
		}
		o.eventType, o.eventID = decoded(0), decoded(1)
	}
	scopeAt, scopeLength := c.put(v.scope)
	o.key = c.text("delivery_key", verifier, delivery, verdict, scopeAt, scopeLength, c.scratch+digestAt)
	o.digest = hex.EncodeToString(c.memory(c.scratch+digestAt, 32))
	return o
}

// delivery writes the struct of a delivery.
func (c *core) delivery(v *vector) uint32 {
	var headers []byte
	for _, pair := range v.headers {
		for _, text := range pair {
			at, length := c.put(text)
			if at == 0 {
				// An empty name is a name, and at 0 a name would be a number.
				at, _ = c.put([]byte{0})
			}
			headers = binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(headers, at), length)
		}
	}
	headersAt, _ := c.put(headers)
	bodyAt, bodyLength := c.put(v.body)
	record := binary.LittleEndian.AppendUint32(nil, deliverySize)
	record = binary.LittleEndian.AppendUint32(record, readEnvelope)
	record = binary.LittleEndian.AppendUint64(record, v.now)
	for _, word := range []uint32{headersAt, uint32(len(v.headers)), bodyAt, bodyLength} {
		record = binary.LittleEndian.AppendUint32(record, word)
	}
	at, _ := c.put(record)
	return at
}

func TestEveryVectorHasItsOutcomeInWazero(t *testing.T) {
	runtime, compiled := compile(t, wazero.NewRuntimeConfig())
	if imports := compiled.ImportedFunctions(); len(imports) != 0 {
		t.Fatalf("the module imports %v", imports)
	}
	c := instantiate(t, runtime, compiled)
	vectors := read(t)
	for at := range vectors {
		v := &vectors[at]
		if found := c.outcome(v); found != v.outcome {
			t.Errorf("%s: %+v instead of %+v", v.name, found, v.outcome)
		}
	}
	if len(vectors) < 5000 {
		t.Fatalf("only %d vectors", len(vectors))
	}
	t.Logf("%d vectors agree", len(vectors))
}

func BenchmarkVerify243(b *testing.B) {
	runtime, compiled := compile(b, wazero.NewRuntimeConfigCompiler())
	c, v, verifier := prepared(b, runtime, compiled)
	delivery, verdict := c.delivery(v), c.verdict()
	verify := c.module.ExportedFunction("hookseal_verify")
	stack := make([]uint64, 3)
	b.ResetTimer()
	for range b.N {
		stack[0], stack[1], stack[2] = uint64(verifier), uint64(delivery), uint64(verdict)
		if err := verify.CallWithStack(context.Background(), stack); err != nil || stack[0] != 0 {
			b.Fatal(err, stack[0])
		}
	}
}

func BenchmarkStart(b *testing.B) {
	bytes, err := os.ReadFile(moduleFile)
	if err != nil {
		b.Fatal(err)
	}
	for range b.N {
		runtime := wazero.NewRuntimeWithConfig(context.Background(), wazero.NewRuntimeConfigCompiler())
		compiled, err := runtime.CompileModule(context.Background(), bytes)
		if err != nil {
			b.Fatal(err)
		}
		c, v, verifier := prepared(b, runtime, compiled)
		if code := c.call("verify", verifier, c.delivery(v), c.verdict()); code != 0 {
			b.Fatal(code)
		}
		_ = runtime.Close(context.Background())
	}
}

// prepared has a verifier of the timestamped variant, and a delivery of about 243 bytes for it.
func prepared(b *testing.B, runtime wazero.Runtime, compiled wazero.CompiledModule) (*core, *vector, uint32) {
	vectors := read(b)
	at := slices.IndexFunc(vectors, func(v vector) bool {
		return v.scheme == "contio-timestamped" && v.outcome.code == 0 && len(v.body) > 230 && len(v.body) < 256
	})
	if at < 0 {
		b.Fatal("no vector has this size")
	}
	v := &vectors[at]
	c := instantiate(b, runtime, compiled)
	schemeAt, length := c.put([]byte(v.scheme))
	verifier := c.call("verifier_new", schemeAt, length)
	for _, secret := range v.secrets {
		at, length := c.put(secret)
		c.call("verifier_secret", verifier, 1, at, length)
	}
	if code := c.call("verifier_ready", verifier, c.verdict()); code != 0 {
		b.Fatal(code)
	}
	return c, v, verifier
}
