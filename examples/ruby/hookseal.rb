# frozen_string_literal: true

require "fiddle"

# Verifies deliveries with libhookseal, by Ruby's Fiddle.
module Hookseal
  # A delivery that is genuine and fresh. The event's type is nil for schemes whose deliveries have no envelope, the time
  # for those that sign none, and the key for deliveries that nothing distinguishes from others; by the key, duplicates
  # are recognized.
  Delivery = Struct.new(:body, :event_type, :time, :key, keyword_init: true)

  # A delivery was refused, or a verifier could not be made. The message shows no secret and nothing of the body.
  class Error < StandardError
    attr_reader :code, :status

    def initialize(code, status, message)
      super(message)
      @code = code
      @status = status
    end
  end

  # The functions of hookseal.h that are called. Structs are packed by hand: all of their members are little-endian and
  # in their natural places.
  class Library
    POINTER = Fiddle::TYPE_VOIDP
    SIZE = Fiddle::TYPE_SIZE_T
    U32 = -Fiddle::TYPE_INT
    FUNCTIONS = {
      hookseal_abi: [[], U32],
      hookseal_word: [[U32, U32, POINTER, SIZE], SIZE],
      hookseal_verifier_new: [[POINTER, SIZE], POINTER],
      hookseal_verifier_secret: [[POINTER, U32, POINTER, SIZE], Fiddle::TYPE_VOID],
      hookseal_verifier_ready: [[POINTER, POINTER], U32],
      hookseal_verifier_free: [[POINTER], Fiddle::TYPE_VOID],
      hookseal_verify: [[POINTER, POINTER, POINTER], U32],
      hookseal_message: [[POINTER, U32, POINTER, SIZE], SIZE],
      hookseal_decode: [[POINTER, SIZE, POINTER, SIZE], SIZE],
      hookseal_delivery_key: [[POINTER, POINTER, POINTER, POINTER, SIZE, POINTER, POINTER, SIZE], SIZE]
    }.freeze
    ABI_MAJOR = 1
    VERDICT_SIZE = 216

    def initialize(path)
      handle = Fiddle.dlopen(path)
      FUNCTIONS.each do |name, (arguments, result)|
        function = Fiddle::Function.new(handle[name.to_s], arguments, result)
        define_singleton_method(name.to_s.delete_prefix("hookseal_")) { |*values| function.call(*values) }
      end
      raise Error.new("invalid_argument", 500, "#{path} has another ABI") unless abi >> 16 == ABI_MAJOR
    end

    def new_verdict = [VERDICT_SIZE].pack("L<").ljust(VERDICT_SIZE, "\0")

    def error(verdict)
      code, status = verdict.unpack("x4L<2")
      word = read(64) { |buffer, capacity| word(0, code, buffer, capacity) }
      Error.new(word, status, read(1024) { |buffer, capacity| message(verdict, 0, buffer, capacity) })
    end

    # Reads a text that a function writes, as snprintf does.
    def read(capacity)
      buffer = "\0" * capacity
      length = yield buffer, capacity
      length.between?(0, capacity) ? buffer[0, length] : ""
    end
  end

  # A verifier, which threads can share.
  class Verifier
    READ_ENVELOPE = 1
    HAS_FIELDS = 1
    HAS_TIME = 2

    def initialize(secret, scheme: "contio", library: ENV.fetch("HOOKSEAL_LIBRARY", "libhookseal.so.0.2"))
      @library = Library.new(library)
      @verifier = @library.verifier_new(scheme, scheme.bytesize)
      ObjectSpace.define_finalizer(self, self.class.freeing(@library, @verifier))
      @library.verifier_secret(@verifier, 1, secret, secret.bytesize)
      verdict = @library.new_verdict
      raise @library.error(verdict) unless @library.verifier_ready(@verifier, verdict).zero?
    end

    # Not a block of the verifier's own, which would keep it.
    def self.freeing(library, verifier) = proc { library.verifier_free(verifier) }

    # Wipes and frees the verifier, which the garbage collector does otherwise. Afterwards every call is refused.
    def close
      ObjectSpace.undefine_finalizer(self)
      @library.verifier_free(@verifier)
    end

    # Takes all headers of the request as pairs, a header that occurs twice as two, and the raw body.
    def verify(headers, body)
      # The structs have addresses only: `texts` keeps what they are of.
      texts = headers.flat_map { |name, value| [name.to_s.b, value.to_s.b] } << body
      addresses = texts.map { |text| [Fiddle::Pointer[text].to_i, text.bytesize] }
      list = addresses[0...-1].flatten.pack("Q<*")
      delivery = [48, READ_ENVELOPE, Time.now.to_i, Fiddle::Pointer[list].to_i, headers.size, *addresses.last]
      delivery = delivery.pack("L<2q<Q<4")
      verdict = @library.new_verdict
      raise @library.error(verdict) unless @library.verify(@verifier, delivery, verdict).zero?

      key = @library.read(612) do |buffer, capacity|
        @library.delivery_key(@verifier, delivery, verdict, nil, 0, nil, buffer, capacity)
      end
      flags, seconds, at, length = verdict.unpack("x20L<q<L<2")
      time = Time.at(seconds).utc unless (flags & HAS_TIME).zero?
      type = decode(body.byteslice(at, length)) unless (flags & HAS_FIELDS).zero?
      Delivery.new(body: body, event_type: type, time: time, key: key.empty? ? nil : key)
    end

    private

    # As the library reads it: JSON.parse raises for half an emoji, which a sender can cut a title off within.
    def decode(json)
      text = @library.read([json.bytesize, 1].max) do |buffer, capacity|
        @library.decode(json, json.bytesize, buffer, capacity)
      end
      text.force_encoding(Encoding::UTF_8)
    end
  end
end
