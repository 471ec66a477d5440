# frozen_string_literal: true

# Verifies so often that what is not freed shows: `ruby memory.rb`. HOOKSEAL_LIBRARY is where the library is.

require_relative "../../../examples/ruby/hookseal"

ROUNDS = 20_000

def resident = File.read("/proc/self/status")[/VmRSS:\s+(\d+) kB/, 1].to_i

# Every second verifier is closed, and the garbage collector frees the others.
def round(number)
  verifier = Hookseal::Verifier.new("a secret")
  begin
    verifier.verify([["X-Contio-Signature", "0" * 64]], "x" * 1000)
    abort "a forgery was accepted"
  rescue Hookseal::Error
    verifier.close if number.even?
  end
  GC.start if (number % 1000).zero?
end

4000.times { |number| round(number) }
before = resident
ROUNDS.times { |number| round(number) }
GC.start
grown = resident - before
puts "after #{ROUNDS} verifiers the process has grown by #{grown} KiB"
# A verifier alone has some hundred bytes, a body a thousand.
exit(grown < 4096)
