# frozen_string_literal: true

# A receiver of webhooks in Ruby, as an application for Rack: `config.ru` runs it.

require "json"
require_relative "hookseal"

# Answers a request of Rack.
class Receiver
  MAX_BODY = 1 << 20

  def initialize(verifier, &handle)
    @verifier = verifier
    @handle = handle
  end

  def call(env)
    body = env["rack.input"]&.read(MAX_BODY + 1).to_s
    return answer(413, error: "body_too_large") if body.bytesize > MAX_BODY

    delivery = @verifier.verify(headers(env), body)
    @handle.call(delivery)
    answer(200)
  rescue Hookseal::Error => e
    warn "refused: #{e.code}: #{e.message}"
    answer(e.status, error: e.code)
  end

  private

  # Servers for Rack join headers that occur twice, which no signature survives.
  def headers(env)
    env.filter_map { |name, value| [name.delete_prefix("HTTP_").tr("_", "-"), value] if name.start_with?("HTTP_") }
  end

  def answer(status, body = {}) = [status, { "content-type" => "application/json" }, ["#{JSON.generate(body)}\n"]]
end
