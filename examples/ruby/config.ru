# frozen_string_literal: true

require_relative "receiver"

run(Receiver.new(Hookseal::Verifier.new(ENV.fetch("WEBHOOK_SECRET"))) do |delivery|
  # Handle the event here. The key is the same for each delivery of it.
  warn "handling #{delivery.event_type}, #{delivery.key}"
end)
