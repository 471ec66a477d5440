// hookseal for C++17: handles that free themselves, and the C functions with views. hookseal.h explains them.
//
// Nothing here throws, and nothing is copied that C does not copy.
#ifndef HOOKSEAL_HPP
#define HOOKSEAL_HPP

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "hookseal.h"

namespace hookseal {

inline hookseal_text text(std::string_view view) noexcept {
  return {reinterpret_cast<const std::uint8_t *>(view.data()), view.size()};
}

// A header of a delivery.
inline hookseal_header header(std::string_view name, std::string_view value) noexcept {
  return {text(name), text(value)};
}

// Text of which a C function tells the length that it needs; empty if there is none.
template <typename Write> std::optional<std::string> written(std::size_t most, Write write) {
  std::string made(most, '\0');
  std::size_t length = write(reinterpret_cast<std::uint8_t *>(made.data()), made.size());
  if (length == HOOKSEAL_NONE) return std::nullopt;
  bool fits = length <= made.size();
  made.resize(length);
  if (!fits) write(reinterpret_cast<std::uint8_t *>(made.data()), made.size());
  return made;
}

// The word that all languages have for a code.
inline std::string code_name(std::uint32_t code) {
  auto word = [code](std::uint8_t *at, std::size_t size) { return hookseal_word(HOOKSEAL_WORD_CODE, code, at, size); };
  return written(32, word).value_or(std::string());
}

// What was decided about a delivery.
class Verdict {
public:
  Verdict() noexcept { raw_.size = sizeof raw_; }

  explicit operator bool() const noexcept { return raw_.code == HOOKSEAL_GENUINE; }
  std::uint32_t code() const noexcept { return raw_.code; }
  std::uint32_t status() const noexcept { return raw_.status; }
  std::uint32_t secret() const noexcept { return raw_.secret; }
  std::uint32_t variant() const noexcept { return raw_.variant; }

  std::optional<std::int64_t> timestamp() const noexcept {
    if ((raw_.flags & HOOKSEAL_HAS_TIME) == 0) return std::nullopt;
    return raw_.timestamp;
  }

  // The text for people; empty for a genuine delivery.
  std::string message(std::uint32_t names = HOOKSEAL_NAMES_SNAKE) const {
    auto write = [this, names](std::uint8_t *at, std::size_t size) {
      return hookseal_message(&raw_, names, at, size);
    };
    return written(HOOKSEAL_MESSAGE_MAX, write).value_or(std::string());
  }

  // A field of the envelope, as it is in the body.
  std::optional<std::string_view> field(std::size_t index, std::string_view body) const noexcept {
    if (index >= HOOKSEAL_FIELDS) return std::nullopt;
    hookseal_span span = raw_.fields[index];
    if (span.at == 0 || span.at > body.size() || span.length > body.size() - span.at) return std::nullopt;
    return body.substr(span.at, span.length);
  }

  // A text of the envelope, decoded.
  std::optional<std::string> decoded(std::size_t index, std::string_view body) const {
    std::optional<std::string_view> raw = field(index, body);
    if (!raw) return std::nullopt;
    hookseal_text json = text(*raw);
    return written(json.length, [json](std::uint8_t *at, std::size_t size) {
      return hookseal_decode(json.at, json.length, at, size);
    });
  }

  // The signed id, of the headers that were verified.
  std::optional<std::string_view> id(const hookseal_header *headers, std::size_t count) const noexcept {
    if (raw_.id_header == 0 || raw_.id_header > count) return std::nullopt;
    hookseal_text value = headers[raw_.id_header - 1].value;
    if (raw_.id.at > value.length || raw_.id.length > value.length - raw_.id.at) return std::nullopt;
    return std::string_view(reinterpret_cast<const char *>(value.at) + raw_.id.at, raw_.id.length);
  }

  const hookseal_verdict &raw() const noexcept { return raw_; }
  hookseal_verdict *out() noexcept {
    raw_.size = sizeof raw_;
    return &raw_;
  }

private:
  hookseal_verdict raw_ = {};
};

// A delivery to verify. The headers and the body have to outlive it.
inline hookseal_delivery delivery(const hookseal_header *headers, std::size_t count, std::string_view body,
                                  std::int64_t now, std::uint32_t flags = 0) noexcept {
  return {sizeof(hookseal_delivery), flags, now, headers, count, text(body)};
}

class Verifier;

// A delivery whose body arrives in chunks.
class Stream {
public:
  Stream() noexcept = default;
  Stream(Stream &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Stream &operator=(Stream &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Stream() { hookseal_stream_free(handle_); }

  explicit operator bool() const noexcept { return handle_ != nullptr; }

  // The code: HOOKSEAL_BODY_TOO_LARGE as soon as the chunks exceed the limit.
  std::uint32_t update(std::string_view chunk) noexcept {
    hookseal_text bytes = text(chunk);
    return hookseal_stream_update(handle_, bytes.at, bytes.length);
  }

  Verdict finish(std::int64_t now) noexcept {
    Verdict verdict;
    std::uint64_t bits = static_cast<std::uint64_t>(now);
    hookseal_stream_finish(handle_, static_cast<std::uint32_t>(bits), static_cast<std::uint32_t>(bits >> 32),
                           verdict.out());
    return verdict;
  }

  // The key of a genuine delivery whose stream was begun with HOOKSEAL_KEY; empty if it has none.
  std::string key(std::string_view scope, std::uint8_t *digest = nullptr) const {
    hookseal_text name = text(scope);
    auto write = [&](std::uint8_t *at, std::size_t size) {
      return hookseal_stream_key(handle_, name.at, name.length, digest, at, size);
    };
    return written(HOOKSEAL_KEY_MAX, write).value_or(std::string());
  }

private:
  friend class Verifier;
  explicit Stream(hookseal_stream *handle) noexcept : handle_(handle) {}
  hookseal_stream *handle_ = nullptr;
};

// Verifies deliveries. Set it up in one thread; once ready() has returned HOOKSEAL_GENUINE, threads share it.
class Verifier {
public:
  // The name of a built-in scheme, or the JSON of docs/schemes.md.
  explicit Verifier(std::string_view scheme) noexcept
      : handle_(hookseal_verifier_new(text(scheme).at, scheme.size())) {}
  Verifier(Verifier &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  Verifier &operator=(Verifier &&other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }
  ~Verifier() { hookseal_verifier_free(handle_); }

  Verifier &secret(std::string_view shown) noexcept {
    hookseal_verifier_secret(handle_, 1, text(shown).at, shown.size());
    return *this;
  }

  Verifier &key(const std::uint8_t *bytes, std::size_t length) noexcept {
    hookseal_verifier_secret(handle_, 0, bytes, length);
    return *this;
  }

  // HOOKSEAL_MAX_AGE and so on; UINT64_MAX is no limit.
  Verifier &limit(std::uint32_t which, std::uint64_t value) noexcept {
    hookseal_verifier_limit(handle_, which, static_cast<std::uint32_t>(value), static_cast<std::uint32_t>(value >> 32));
    return *this;
  }

  Verdict ready() noexcept {
    Verdict verdict;
    hookseal_verifier_ready(handle_, verdict.out());
    return verdict;
  }

  std::string name(std::uint32_t which) const {
    auto write = [this, which](std::uint8_t *at, std::size_t size) {
      return hookseal_verifier_name(handle_, which, at, size);
    };
    return written(64, write).value_or(std::string());
  }

  Verdict verify(const hookseal_delivery &delivery) const noexcept {
    Verdict verdict;
    hookseal_verify(handle_, &delivery, verdict.out());
    return verdict;
  }

  // False if the headers are refused, as the verdict says.
  Stream stream(const hookseal_delivery &delivery, Verdict &verdict) const noexcept {
    return Stream(hookseal_stream_new(handle_, &delivery, verdict.out()));
  }

  // By what duplicates of a genuine delivery are recognized; empty if it has no key.
  std::string key(const hookseal_delivery &delivery, const Verdict &verdict, std::string_view scope,
                  std::uint8_t *digest = nullptr) const {
    hookseal_text name = text(scope);
    auto write = [&](std::uint8_t *at, std::size_t size) {
      return hookseal_delivery_key(handle_, &delivery, &verdict.raw(), name.at, name.length, digest, at, size);
    };
    return written(HOOKSEAL_KEY_MAX, write).value_or(std::string());
  }

  const hookseal_verifier *handle() const noexcept { return handle_; }

private:
  hookseal_verifier *handle_;
};

}  // namespace hookseal

#endif
