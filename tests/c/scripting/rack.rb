# frozen_string_literal: true

# Serves the application of examples/ruby/config.ru, as a server for Rack does, without a gem: `ruby rack.rb CONFIG PORT`.

require "socket"
require "stringio"

CONFIG, PORT = ARGV

# The part of Rack's builder that a config.ru of one line needs.
class Builder
  attr_reader :app

  def run(app) = @app = app
end

# Reads one request, and returns its environment; nil if the connection has ended before.
def read_request(connection)
  return unless connection.gets("\r\n")

  env = {}
  while (line = connection.gets("\r\n")) && line != "\r\n"
    name, value = line.chomp.split(":", 2)
    name = "HTTP_#{name.upcase.tr('-', '_')}"
    env[name] = [env[name], value.to_s.strip].compact.join(", ")
  end
  return unless line

  body = env["HTTP_TRANSFER_ENCODING"] == "chunked" ? read_chunks(connection) : read_body(connection, env)
  env.merge("rack.input" => StringIO.new(body)) if body
end

def read_body(connection, env)
  length = env["HTTP_CONTENT_LENGTH"].to_i
  # At the end of a connection there is less.
  body = length.zero? ? "".b : connection.read(length)
  body if body&.bytesize == length
end

def read_chunks(connection)
  body = "".b
  while (length = connection.gets("\r\n")&.hex)
    chunk = connection.read(length + 2)
    return body if length.zero?

    body << chunk[0, length]
  end
end

def serve(app, connection)
  env = read_request(connection)
  status, headers, body = env ? app.call(env) : [400, {}, []]
  text = body.join
  headers = headers.merge("content-length" => text.bytesize, "connection" => "close")
  connection.write("HTTP/1.1 #{status} -\r\n", headers.map { |name, value| "#{name}: #{value}\r\n" }.join, "\r\n", text)
rescue SystemCallError
  # The client has gone.
ensure
  connection.close
end

builder = Builder.new
builder.instance_eval(File.read(CONFIG), File.expand_path(CONFIG))
server = TCPServer.new("127.0.0.1", PORT.to_i)
loop { Thread.new(server.accept) { |connection| serve(builder.app, connection) } }
