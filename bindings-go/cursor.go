package hookseal

import (
	"encoding/json"
	"math/bits"
	"strings"
	"unicode/utf8"
)

// cursor reads JSON that the core has checked, value by value, as the core's own cursor does: names are compared as they
// are, whereas encoding/json ignores their case. Texts without escapes are parts of the text and take no memory.
//
// What the core accepts is well formed, so nothing is checked a second time. Other text is read as something or refused,
// and never panics.
type cursor struct {
	text string
	at   int
	// Where reading failed, as .field.field, and whether that field is missing.
	path      string
	isMissing bool
}

// peek moves to the next token, and returns its first byte, or 0 at the end.
func (c *cursor) peek() byte {
	for c.at < len(c.text) {
		if b := c.text[c.at]; b > ' ' {
			return b
		}
		c.at++
	}
	return 0
}

// open reads the start of an object or a list, if it is next.
func (c *cursor) open(token byte) bool {
	if c.peek() != token {
		return false
	}
	c.at++
	return true
}

// next moves to the next member or item. It is false at the end, which it reads too.
func (c *cursor) next(end byte) bool {
	b := c.peek()
	if b == ',' {
		c.at++
		b = c.peek()
	}
	if b == end || b == 0 {
		c.at++
		return false
	}
	return true
}

// name reads the name of a member.
func (c *cursor) name() string {
	raw, isPlain, _ := c.string()
	if c.peek() == ':' {
		c.at++
	}
	if isPlain {
		return raw
	}
	return unescape(raw)
}

// string reads a string without decoding it, and says whether it has no escapes.
func (c *cursor) string() (raw string, isPlain, ok bool) {
	if c.peek() != '"' {
		return "", true, false
	}
	start := c.at + 1
	isPlain = true
	for at := start; at < len(c.text); at++ {
		switch c.text[at] {
		case '"':
			c.at = at + 1
			return c.text[start:at], isPlain, true
		case '\\':
			isPlain = false
			at++
		}
	}
	c.at = len(c.text)
	return "", true, false
}

// skip reads a value of any kind.
func (c *cursor) skip() string {
	first := c.peek()
	start := c.at
	switch first {
	case '"':
		c.string()
	case '{', '[':
		depth := 0
		for ended := false; !ended && c.at < len(c.text); {
			switch c.text[c.at] {
			case '"':
				c.string()
				continue
			case '{', '[':
				depth++
			case '}', ']':
				depth--
			}
			c.at++
			ended = depth == 0
		}
	default:
		end := strings.IndexAny(c.text[c.at:], ",]} \t\r\n")
		if end < 0 {
			end = len(c.text) - c.at
		}
		c.at += end
	}
	return c.text[start:c.at]
}

// literal reads a literal, if it is next.
func (c *cursor) literal(literal string) bool {
	c.peek()
	if !strings.HasPrefix(c.text[c.at:], literal) {
		return false
	}
	c.at += len(literal)
	return true
}

func (c *cursor) null() bool { return c.literal("null") }

func (c *cursor) value(value *string) bool {
	raw, isPlain, ok := c.string()
	if !isPlain {
		raw = unescape(raw)
	}
	*value = raw
	return ok
}

func (c *cursor) boolean(value *bool) bool {
	*value = c.literal("true")
	return *value || c.literal("false")
}

func (c *cursor) number(value *json.Number) bool {
	if b := c.peek(); b != '-' && (b < '0' || b > '9') {
		return false
	}
	*value = json.Number(c.skip())
	return true
}

func (c *cursor) skipObject() bool {
	if c.peek() != '{' {
		return false
	}
	c.skip()
	return true
}

// raw reads any JSON as it is.
func raw(c *cursor, value *json.RawMessage) bool {
	*value = json.RawMessage(c.skip())
	return true
}

// rawObject reads an object as it is. Of two members with one name, none can be preferred.
func rawObject(c *cursor, value *json.RawMessage) bool {
	if !c.open('{') {
		return false
	}
	start, names := c.at-1, map[string]bool{}
	for c.next('}') {
		name := c.name()
		if names[name] {
			return false
		}
		names[name] = true
		c.skip()
	}
	*value = json.RawMessage(c.text[start:min(c.at, len(c.text))])
	return true
}

// optional reads a value that may be null.
func optional[T any](c *cursor, value **T, read func(*cursor, *T) bool) bool {
	if c.null() {
		return true
	}
	*value = new(T)
	return read(c, *value)
}

// list reads a list of objects.
func list[T any](c *cursor, values *[]T, read func(*cursor, *T) bool) bool {
	if !c.open('[') {
		return false
	}
	*values = []T{}
	for c.next(']') {
		var item T
		if !read(c, &item) {
			return false
		}
		*values = append(*values, item)
	}
	return true
}

// first is whether a field with this number has not been read yet: of two, none can be preferred.
func (c *cursor) first(seen *uint64, field uint) bool {
	isFirst := *seen&(1<<field) == 0
	*seen |= 1 << field
	return isFirst
}

// isIn adds a field to the path of what could not be read, and is false. The innermost comes first.
func (c *cursor) isIn(field string) bool {
	c.path = "." + field + c.path
	return false
}

// hasAll is whether no required field is missing.
func (c *cursor) hasAll(missing uint64, fields ...string) bool {
	if missing == 0 {
		return true
	}
	c.isMissing = true
	return c.isIn(fields[bits.TrailingZeros64(missing)])
}

// unescape decodes a JSON string without its quotes. Half of a surrogate pair becomes U+FFFD.
func unescape(raw string) string {
	start := strings.IndexByte(raw, '\\')
	if start < 0 {
		return raw
	}
	text := make([]byte, 0, len(raw))
	for start >= 0 {
		text = append(text, raw[:start]...)
		char, size := readEscape(raw[start:])
		text = utf8.AppendRune(text, char)
		raw = raw[start+size:]
		start = strings.IndexByte(raw, '\\')
	}
	return string(append(text, raw...))
}

// readEscape reads an escape, which may be that of a whole surrogate pair, and returns how long it is.
func readEscape(raw string) (char rune, size int) {
	if len(raw) < 2 {
		return utf8.RuneError, len(raw)
	}
	switch raw[1] {
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		first, ok := readUnit(raw)
		if !ok {
			return utf8.RuneError, len(raw)
		}
		if first < 0xd800 || first > 0xdfff {
			return first, 6
		}
		if first < 0xdc00 {
			if second, ok := readUnit(raw[6:]); ok && 0xdc00 <= second && second <= 0xdfff {
				return (first-0xd800)<<10 + (second - 0xdc00) + 0x10000, 12
			}
		}
		return utf8.RuneError, 6
	default:
		return rune(raw[1]), 2
	}
}

// readUnit reads \u and four hex digits.
func readUnit(raw string) (unit rune, ok bool) {
	if len(raw) < 6 || raw[0] != '\\' || raw[1] != 'u' {
		return 0, false
	}
	for _, digit := range []byte(raw[2:6]) {
		switch {
		case '0' <= digit && digit <= '9':
			digit -= '0'
		case 'a' <= lower(digit) && lower(digit) <= 'f':
			digit = lower(digit) - 'a' + 10
		default:
			return 0, false
		}
		unit = unit<<4 | rune(digit)
	}
	return unit, true
}
