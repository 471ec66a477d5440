<?php

declare(strict_types=1);

/** A delivery that is genuine and fresh. */
final class Delivery
{
    public function __construct(
        public readonly string $body,
        /** What the body's envelope says, for schemes whose deliveries have one. */
        public readonly ?string $eventType,
        /** Unix seconds, or null for schemes that sign no time. */
        public readonly ?int $timestamp,
        /** By what duplicates are recognized, or null if nothing distinguishes it from others. */
        public readonly ?string $key,
    ) {
    }
}

/** A delivery was refused, or a verifier could not be made. The message shows no secret and nothing of the body. */
final class HooksealError extends RuntimeException
{
    public function __construct(public readonly string $errorCode, public readonly int $status, string $message)
    {
        parent::__construct($message);
    }
}

/** Verifies deliveries with libhookseal, by PHP's extension FFI. */
final class Hookseal
{
    /** The parts of hookseal.h that are called, with `char` where PHP passes its strings. */
    private const HEADER = <<<'C'
        typedef struct { const char *at; size_t length; } hookseal_text;
        typedef struct { hookseal_text name, value; } hookseal_header;
        typedef struct {
          uint32_t size, flags; int64_t now;
          const hookseal_header *headers; size_t header_count; hookseal_text body;
        } hookseal_delivery;
        typedef struct { uint32_t at, length; } hookseal_span;
        typedef struct {
          uint32_t size, code, status, secret, variant, flags; int64_t timestamp; hookseal_span fields[9];
          uint32_t id_header; hookseal_span id; uint32_t subject_length; uint8_t subject[64]; uint64_t reason[4];
        } hookseal_verdict;
        uint32_t hookseal_abi(void);
        size_t hookseal_word(uint32_t kind, uint32_t number, char *text, size_t capacity);
        void *hookseal_verifier_new(const char *scheme, size_t length);
        void hookseal_verifier_secret(void *verifier, uint32_t is_text, const char *secret, size_t length);
        uint32_t hookseal_verifier_ready(void *verifier, hookseal_verdict *verdict);
        void hookseal_verifier_free(void *verifier);
        uint32_t hookseal_verify(const void *verifier, const hookseal_delivery *delivery, hookseal_verdict *verdict);
        size_t hookseal_message(const hookseal_verdict *verdict, uint32_t names, char *text, size_t capacity);
        size_t hookseal_delivery_key(const void *verifier, const hookseal_delivery *delivery,
          const hookseal_verdict *verdict, const char *scope, size_t scope_length, char *digest, char *text,
          size_t capacity);
        size_t hookseal_decode(const char *json, size_t length, char *text, size_t capacity);
        C;

    private const ABI_MAJOR = 1;
    /** Found by the system's loader. */
    public const LIBRARY = 'libhookseal.so.0.2';

    private const NONE = -1;
    private const READ_ENVELOPE = 1;
    private const EVENT_TYPE = 0;
    private const HAS_FIELDS = 1;
    private const HAS_TIME = 2;
    private const NAMES_CAMEL = 1;

    /** The libraries that were loaded, by their paths. */
    private static array $libraries = [];

    private readonly FFI $ffi;
    private ?FFI\CData $verifier;

    /** @throws HooksealError */
    public function __construct(string $secret, string $scheme = 'contio', string $library = self::LIBRARY)
    {
        $this->ffi = self::$libraries[$library] ??= FFI::cdef(self::HEADER, $library);
        if ($this->ffi->hookseal_abi() >> 16 !== self::ABI_MAJOR) {
            throw new HooksealError('invalid_argument', 500, "$library has another ABI");
        }
        $this->verifier = $this->ffi->hookseal_verifier_new($scheme, strlen($scheme));
        $this->ffi->hookseal_verifier_secret($this->verifier, 1, $secret, strlen($secret));
        $verdict = $this->verdict();
        if ($this->ffi->hookseal_verifier_ready($this->verifier, FFI::addr($verdict)) !== 0) {
            $error = $this->error($verdict);
            $this->close();
            throw $error;
        }
    }

    /** Wipes and frees the verifier. Everything else that is allocated here belongs to PHP, which frees it. */
    public function close(): void
    {
        if ($this->verifier !== null) {
            $this->ffi->hookseal_verifier_free($this->verifier);
            $this->verifier = null;
        }
    }

    public function __destruct()
    {
        $this->close();
    }

    /**
     * @param array<string, string> $headers all headers of the request, as getallheaders() returns them
     * @param string $body the raw body, as file_get_contents('php://input') returns it
     * @throws HooksealError
     */
    public function verify(array $headers, string $body): Delivery
    {
        if ($this->verifier === null) {
            throw new HooksealError('invalid_argument', 500, 'this verifier was closed');
        }
        // The structs keep addresses only: what they are of has to live until the calls are over.
        $kept = [];
        $text = function (FFI\CData $into, string $value) use (&$kept): void {
            $into->length = strlen($value);
            if ($value !== '') {
                $copy = $this->ffi->new('char[' . strlen($value) . ']');
                FFI::memcpy($copy, $value, strlen($value));
                $kept[] = $copy;
                $into->at = $this->ffi->cast('char *', FFI::addr($copy));
            }
        };
        $list = $this->ffi->new('hookseal_header[' . max(count($headers), 1) . ']');
        $number = 0;
        foreach ($headers as $name => $value) {
            $text($list[$number]->name, (string) $name);
            $text($list[$number]->value, $value);
            $number++;
        }
        $delivery = $this->ffi->new('hookseal_delivery');
        $delivery->size = FFI::sizeof($delivery);
        $delivery->flags = self::READ_ENVELOPE;
        $delivery->now = time();
        $delivery->headers = $this->ffi->cast('hookseal_header *', FFI::addr($list));
        $delivery->header_count = $number;
        $text($delivery->body, $body);
        $verdict = $this->verdict();
        if ($this->ffi->hookseal_verify($this->verifier, FFI::addr($delivery), FFI::addr($verdict)) !== 0) {
            throw $this->error($verdict);
        }
        $key = $this->read(612, fn (FFI\CData $buffer, int $capacity): int => $this->ffi->hookseal_delivery_key(
            $this->verifier, FFI::addr($delivery), FFI::addr($verdict), '', 0, null, $buffer, $capacity,
        ));
        $timestamp = $verdict->flags & self::HAS_TIME ? $verdict->timestamp : null;
        return new Delivery($body, $this->eventType($verdict, $body), $timestamp, $key === '' ? null : $key);
    }

    /** As the library reads it: json_decode() gives up on half an emoji, which a sender can cut a title off within. */
    private function eventType(FFI\CData $verdict, string $body): ?string
    {
        if (!($verdict->flags & self::HAS_FIELDS)) {
            return null;
        }
        $field = $verdict->fields[self::EVENT_TYPE];
        $json = substr($body, $field->at, $field->length);
        return $this->read(max(strlen($json), 1), fn (FFI\CData $buffer, int $capacity): int =>
            $this->ffi->hookseal_decode($json, strlen($json), $buffer, $capacity));
    }

    private function verdict(): FFI\CData
    {
        $verdict = $this->ffi->new('hookseal_verdict');
        $verdict->size = FFI::sizeof($verdict);
        return $verdict;
    }

    private function error(FFI\CData $verdict): HooksealError
    {
        $code = $this->read(64, fn (FFI\CData $buffer, int $capacity): int =>
            $this->ffi->hookseal_word(0, $verdict->code, $buffer, $capacity));
        $message = $this->read(1024, fn (FFI\CData $buffer, int $capacity): int =>
            $this->ffi->hookseal_message(FFI::addr($verdict), self::NAMES_CAMEL, $buffer, $capacity));
        return new HooksealError($code, $verdict->status, $message);
    }

    /** Reads a text that a function writes, as snprintf does. */
    private function read(int $capacity, callable $write): string
    {
        $buffer = $this->ffi->new("char[$capacity]");
        $length = $write($this->ffi->cast('char *', FFI::addr($buffer)), $capacity);
        return $length === self::NONE ? '' : FFI::string($buffer, min($length, $capacity));
    }
}
