#include "tests/support/catch.hpp"
#include <midas/secret.hpp>
#include <midas/sensitive_string.hpp>

#include <caf/deep_to_string.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>

using namespace midas;

namespace {

// Reads memory that may have been given back. Also true if it is no longer mapped.
bool is_zero(const char* begin, std::size_t size) {
  const int memory = ::open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
  std::string bytes(size, 'x');
  const auto count = ::pread(memory, bytes.data(), size,
                             static_cast<off_t>(reinterpret_cast<std::uintptr_t>(begin)));
  ::close(memory);
  return count < 0 || std::ranges::all_of(bytes, [](char c) { return c == 0; });
}

// AddressSanitizer keeps data of its own at the beginning of memory that was given back.
#if defined(__SANITIZE_ADDRESS__)
constexpr std::size_t overwritten = 16;
#else
constexpr std::size_t overwritten = 0;
#endif

// Whether memory that was given back was wiped before.
bool is_wiped(const char* begin, std::size_t size) {
  const auto skipped = std::min(size, overwritten);
  return is_zero(begin + skipped, size - skipped);
}

}  // namespace

TEST_CASE("a secret shows its text only through reveal()") {
  const secret value{"passphrase"};
  CHECK(value.reveal() == "passphrase");
  CHECK(value.size() == 10);
  std::ostringstream out;
  out << value;
  CHECK(out.str() == "<redacted>");
  CHECK(to_string(value) == "<redacted>");
  CHECK(caf::deep_to_string(value).find("passphrase") == std::string::npos);
}

TEST_CASE("an empty secret is shown as an empty string") {
  CHECK(secret{}.empty());
  CHECK(secret{""}.empty());
  CHECK(to_string(secret{}).empty());
  CHECK(secret{}.reveal().empty());
}

TEST_CASE("a secret may hold any bytes") {
  const std::string bytes{"a\0b\xff", 4};
  CHECK(secret{bytes}.reveal() == bytes);
}

TEST_CASE("secrets compare by their text") {
  CHECK(secret{"abc"} == secret{"abc"});
  CHECK(secret{} == secret{""});
  CHECK_FALSE(secret{"abc"} == secret{"abd"});
  CHECK_FALSE(secret{"abc"} == secret{"bbc"});
  CHECK_FALSE(secret{"abc"} == secret{"ab"});
  CHECK_FALSE(secret{"abc"} == secret{"abcd"});
  CHECK_FALSE(secret{"abc"} == secret{});
}

TEST_CASE("copies of a secret share one block, which lives as long as the last copy") {
  secret copy;
  {
    const secret original{std::string(100, 'x')};
    copy = original;
    CHECK(copy.reveal().data() == original.reveal().data());
  }
  CHECK(copy.reveal() == std::string(100, 'x'));
}

TEST_CASE("a secret, short or long, is wiped when its last copy is destroyed, not before") {
  const std::size_t size = GENERATE(1U, 15U, 16U, 2'000U);
  auto value = std::make_unique<secret>(std::string(size, 'x'));
  auto copy = std::make_unique<secret>(*value);
  const auto* const text = value->reveal().data();
  value.reset();
  CHECK_FALSE(is_zero(text, size));
  CHECK(copy->reveal() == std::string(size, 'x'));
  copy.reset();
  CHECK(is_wiped(text, size));
}

TEST_CASE("a secret that is a part of a text wipes the whole text") {
  const std::size_t size = GENERATE(1U, 12U, 2'000U);
  sensitive_string text = sensitive_string("<") + sensitive_string(size, 'x') + ">";
  auto value = std::make_unique<secret>(std::move(text), 1, size);
  CHECK(value->reveal() == std::string(size, 'x'));
  const auto* const all = value->reveal().data() - 1;
  CHECK_FALSE(is_zero(all, size + 2));
  value.reset();
  CHECK(is_wiped(all, size + 2));
}

TEST_CASE("a secret cannot begin beyond the end of its text") {
  CHECK_THROWS_AS(secret(sensitive_string("abc"), 4, 1), std::out_of_range);
  CHECK(secret(sensitive_string("abc"), 1, 100).reveal() == "bc");
}

TEST_CASE("a sensitive string wipes its memory when it is destroyed and when it grows") {
  auto text = std::make_unique<sensitive_string>(100, 'x');
  const auto* const first = text->data();
  CHECK_FALSE(is_zero(first, 100));
  text->append(1'000, 'y');
  CHECK(is_wiped(first, 100));
  const auto* const second = text->data();
  CHECK_FALSE(is_zero(second, 1'100));
  text.reset();
  CHECK(is_wiped(second, 1'100));
}

TEST_CASE("wipe() overwrites exactly the given memory") {
  std::array<char, 5> bytes{'a', 'b', 'c', 'd', 'e'};
  wipe(bytes.data() + 1, 3);
  CHECK(bytes == std::array<char, 5>{'a', 0, 0, 0, 'e'});
  wipe(bytes.data(), 0);
  wipe(nullptr, 0);
  CHECK(bytes.front() == 'a');
}

TEST_CASE("a part of a secret shares its memory and keeps it alive") {
  auto whole = std::make_unique<secret>("Bearer passphrase");
  const auto part = whole->from(7);
  CHECK(part.reveal() == "passphrase");
  CHECK(part.reveal().data() == whole->reveal().data() + 7);
  whole.reset();
  CHECK(part.reveal() == "passphrase");
  CHECK(part.from(10).empty());
  CHECK_THROWS_AS(part.from(11), std::out_of_range);
}

TEST_CASE("a moved-from secret is empty") {
  secret value{"passphrase"};
  const auto moved = std::move(value);
  CHECK(value.empty());  // NOLINT(bugprone-use-after-move): documented
  value = secret{"another"};
  secret target{"old"};
  target = std::move(value);
  CHECK(target.reveal() == "another");
  CHECK(value.empty());  // NOLINT(bugprone-use-after-move)
  CHECK(moved.reveal() == "passphrase");
}
