// The C++ header: handles move, free themselves once, and nothing of it throws.
#include <hookseal.hpp>
#include <type_traits>
#include <utility>

#include "check.h"
#include "layout.h"

static_assert(!std::is_copy_constructible<hookseal::Verifier>::value, "a verifier is freed once");
static_assert(!std::is_copy_assignable<hookseal::Verifier>::value, "a verifier is freed once");
static_assert(!std::is_copy_constructible<hookseal::Stream>::value, "a stream is freed once");
static_assert(std::is_nothrow_move_constructible<hookseal::Verifier>::value, "it moves into containers");
static_assert(std::is_nothrow_move_constructible<hookseal::Stream>::value, "it moves into containers");

static const std::int64_t NOW = 1736937000;
static const char BODY[] =
    "{\"event_type\":\"meeting.\\u0063ompleted\",\"event_id\":\"evt-1\",\"timestamp\":\"2025-01-15T10:30:00Z\","
    "\"partner_app_id\":\"app-1\",\"data\":{}}";

int main() {
  hookseal::Verifier verifier("contio");
  CHECK(verifier.secret("a secret for tests only").ready(), "ready");
  CHECK(verifier.name(HOOKSEAL_NAME_SIGNATURE) == "X-Contio-Signature", "name");
  hookseal_delivery unsigned_delivery = hookseal::delivery(nullptr, 0, BODY, NOW, HOOKSEAL_READ_ENVELOPE);
  std::optional<std::string> lines = hookseal::written(8, [&](std::uint8_t *at, std::size_t size) {
    return hookseal_sign(verifier.handle(), 0, &unsigned_delivery, nullptr, 0, at, size, nullptr);
  });
  CHECK(lines && lines->size() > 100, "the whole text, though the first room was too small");
  std::string_view rest = *lines;
  hookseal_header headers[2];
  for (hookseal_header &header : headers) {
    std::size_t tab = rest.find('\t'), end = rest.find('\n');
    header = hookseal::header(rest.substr(0, tab), rest.substr(tab + 1, end - tab - 1));
    rest.remove_prefix(end + 1);
  }
  hookseal_delivery delivery = hookseal::delivery(headers, 2, BODY, NOW, HOOKSEAL_READ_ENVELOPE | HOOKSEAL_KEY);
  hookseal::Verdict verdict = verifier.verify(delivery);
  CHECK(verdict && verdict.code() == HOOKSEAL_GENUINE && verdict.message().empty(), "genuine");
  CHECK(verdict.timestamp() == NOW, "time");
  CHECK(verdict.field(HOOKSEAL_EVENT_TYPE, BODY) == "meeting.\\u0063ompleted", "as it was sent");
  CHECK(verdict.decoded(HOOKSEAL_EVENT_TYPE, BODY) == "meeting.completed", "decoded");
  CHECK(!verdict.field(HOOKSEAL_FOR_USER, BODY) && !verdict.field(HOOKSEAL_FIELDS, BODY), "absent");
  CHECK(!verdict.field(HOOKSEAL_EVENT_TYPE, "another body"), "a body that is too short");
  CHECK(verifier.key(delivery, verdict, "acme") == "4.acme6.contio5.evt-1", "key");

  hookseal::Verifier moved = std::move(verifier);
  CHECK(verifier.verify(delivery).code() == HOOKSEAL_INVALID_ARGUMENT, "it has moved away");
  hookseal::Verdict begun;
  hookseal::Stream stream = moved.stream(delivery, begun);
  CHECK(stream && begun, "begun");
  hookseal::Stream other = std::move(stream);
  CHECK(!stream && stream.update("x") == HOOKSEAL_INVALID_ARGUMENT, "it has moved away");
  moved = hookseal::Verifier("github");
  CHECK(other.update(BODY) == HOOKSEAL_GENUINE, "it holds its verifier");
  hookseal::Verdict streamed = other.finish(NOW);
  CHECK(streamed && streamed.decoded(HOOKSEAL_EVENT_ID, BODY) == "evt-1", "streamed");
  CHECK(other.key("acme") == "4.acme6.contio5.evt-1", "key");

  hookseal::Verdict refused = hookseal::Verifier("colour").ready();
  CHECK(!refused && refused.status() == 500 && hookseal::code_name(refused.code()) == "invalid_scheme", "refused");
  CHECK(refused.message().find("no preset has this name") != std::string::npos, "message");

  hookseal::Verifier svix("svix");
  CHECK(svix.secret("whsec_YSBzZWNyZXQgZm9yIHRlc3RzIG9ubHk=").ready(), "ready");
  CHECK(!verdict.id(headers, 2), "no id");
  return checked("raii");
}
