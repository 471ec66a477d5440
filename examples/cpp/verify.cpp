// Verifies deliveries of GitHub, whole and in chunks.
//
//     c++ -std=c++17 verify.cpp $(pkg-config --cflags --libs hookseal) -o verify && ./verify
#include <ctime>
#include <hookseal.hpp>
#include <iostream>
#include <string_view>
#include <vector>

using namespace std::string_view_literals;

int main() {
  // Once, when the program starts. Threads share the verifier once it is ready.
  hookseal::Verifier verifier("github");
  hookseal::Verdict ready = verifier.secret("a secret of this example").limit(HOOKSEAL_MAX_BODY, 1 << 20).ready();
  if (!ready) {
    std::cerr << ready.message() << '\n';
    return 1;
  }

  // For each request: all of its headers, the raw body, and the time.
  std::vector<hookseal_header> headers = {
      hookseal::header("Content-Type", "application/json"),
      hookseal::header("X-Hub-Signature-256",
                       "sha256=ea1b7e56e5ff9a7c6ed4e8a1e1d0a3fbb3f2df3f1b6f0e0e1e7a3dbb51f6bb2a"),
  };
  std::string_view body = R"({"action":"opened"})"sv;
  hookseal_delivery delivery = hookseal::delivery(headers.data(), headers.size(), body, std::time(nullptr));
  if (hookseal::Verdict verdict = verifier.verify(delivery); !verdict) {
    // To log and to answer with: this signature was made up.
    std::cout << verdict.status() << ' ' << hookseal::code_name(verdict.code()) << '\n';
  }

  // What a test does: it signs.
  std::string lines = hookseal::written(HOOKSEAL_SIGNED_MAX, [&](std::uint8_t *at, std::size_t size) {
                        return hookseal_sign(verifier.handle(), 0, &delivery, nullptr, 0, at, size, nullptr);
                      }).value();
  std::size_t tab = lines.find('\t');
  std::string_view name = std::string_view(lines).substr(0, tab);
  std::string_view value = std::string_view(lines).substr(tab + 1, lines.size() - tab - 2);
  headers[1] = hookseal::header(name, value);
  if (hookseal::Verdict verdict = verifier.verify(delivery)) {
    std::cout << "genuine, with the key " << verifier.key(delivery, verdict, "acme") << '\n';
  }

  // In chunks. The stream frees itself.
  hookseal::Verdict begun;
  hookseal::Stream stream = verifier.stream(delivery, begun);
  for (std::size_t at = 0; at < body.size(); at += 7) stream.update(body.substr(at, 7));
  std::cout << (stream.finish(std::time(nullptr)) ? "genuine" : "refused") << " in chunks\n";
}
