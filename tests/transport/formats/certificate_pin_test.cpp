#include "transport/formats/certificate_pin.hpp"

#include "tests/support/catch.hpp"

#include <rapidcheck.h>

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

using namespace midas;
using namespace midas::internal;

namespace {

constexpr std::string_view variable = "IDENTITY_SERVER_THUMBPRINT";

constexpr sha1_digest digest{0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23,
                             0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x01, 0x23, 0x45, 0x67};

const std::vector<std::string>& ignored() {
  static const std::vector<std::string> all{
      ":",      " ",      "\t",     "\r\n",   "\v",     "\f",     "\u0085",
      "\u00a0", "\u2000", "\u200b", "\u200e", "\u200f", "\u2028", "\u202a",
      "\u202c", "\u202f", "\u205f", "\u2060", "\u2069", "\u3000", "\ufeff"};
  return all;
}

rc::Gen<sha1_digest> any_digest() { return rc::gen::arbitrary<sha1_digest>(); }

}  // namespace

TEST_CASE("a thumbprint is read in every common notation") {
  const auto text = GENERATE(as<std::string>{}, "0123456789abcdef0123456789abcdef01234567",
                             "0123456789ABCDEF0123456789ABCDEF01234567",
                             "0123456789aBcDeF0123456789AbCdEf01234567",
                             "01:23:45:67:89:AB:CD:EF:01:23:45:67:89:AB:CD:EF:01:23:45:67",
                             "01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef 01 23 45 67",
                             "  0123456789abcdef0123456789abcdef01234567\r\n",
                             "\u200e01 23 45 67 89 ab cd ef 01 23 45 67 89 ab cd ef 01 23 45 67",
                             "\ufeff0123456789abcdef\u00a00123456789abcdef\u202f01234567\u200f");
  CHECK(parse_thumbprint(variable, text) == digest);
}

TEST_CASE("the error for an invalid thumbprint names the variable and does not repeat the value") {
  const auto text = GENERATE(
      as<std::string>{}, "", " : ", "bar", "0123456789abcdef0123456789abcdef0123456",
      "0123456789abcdef0123456789abcdef012345678",
      "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
      "g123456789abcdef0123456789abcdef01234567", "0x0123456789abcdef0123456789abcdef01234567",
      "01-23-45-67-89-AB-CD-EF-01-23-45-67-89-AB-CD-EF-01-23-45-67",
      "sha1/0123456789abcdef0123456789abcdef01234567",
      "\xe2\x80"
      "0123456789abcdef0123456789abcdef01234567",
      "\xff"
      "0123456789abcdef0123456789abcdef01234567",
      "\u00e90123456789abcdef0123456789abcdef01234567");
  const auto result = parse_thumbprint(variable, text);
  REQUIRE_FALSE(result);
  CHECK(result.error().code == errc::invalid_configuration);
  CHECK(result.error().message.starts_with(variable));
  CHECK_FALSE(result.error().advice.empty());
  CHECK((text.size() < 3 || to_string(result.error()).find(text) == std::string::npos));
}

TEST_CASE("a null character in a thumbprint is rejected") {
  const std::string text{"0123456789abcdef0123456789abcdef01234567\0", 41};
  CHECK_FALSE(parse_thumbprint(variable, text));
}

TEST_CASE("a pin matches its own certificate and none that differs in one bit") {
  CHECK(certificate_matches(digest, digest));
  for (std::size_t i = 0; i < digest.size(); ++i) {
    auto other = digest;
    other.at(i) ^= 0x10U;
    CHECK_FALSE(certificate_matches(digest, other));
    CHECK_FALSE(certificate_matches(other, digest));
  }
}

TEST_CASE("a thumbprint is printed in upper case") {
  CHECK(to_thumbprint(digest) == "0123456789ABCDEF0123456789ABCDEF01234567");
}

TEST_CASE("any digest is read back, with any ignored characters between its digits") {
  CHECK(rc::check("thumbprints with marks", [] {
    const auto expected_digest = *any_digest();
    std::string text;
    for (const char digit : to_thumbprint(expected_digest)) {
      const bool lower = *rc::gen::arbitrary<bool>();
      text += lower ? static_cast<char>(std::tolower(static_cast<unsigned char>(digit))) : digit;
      for (auto marks = *rc::gen::inRange(0, 3); marks > 0; --marks) {
        text += *rc::gen::elementOf(ignored());
      }
    }
    const auto result = parse_thumbprint(variable, text);
    RC_ASSERT(result.has_value());
    RC_ASSERT(*result == expected_digest);
    RC_ASSERT(certificate_matches(*result, expected_digest));
  }));
}

TEST_CASE("a thumbprint with a digit too few or too many is rejected") {
  CHECK(rc::check("another number of digits", [] {
    auto text = to_thumbprint(*any_digest());
    const auto at = *rc::gen::inRange<std::size_t>(0, text.size());
    if (*rc::gen::arbitrary<bool>()) {
      text.erase(at, 1);
    } else {
      text.insert(at, 1, 'a');
    }
    RC_ASSERT(!parse_thumbprint(variable, text).has_value());
  }));
}

TEST_CASE("arbitrary bytes in a thumbprint are rejected") {
  CHECK(rc::check("arbitrary bytes among the digits", [] {
    auto text = to_thumbprint(*any_digest());
    const char byte = *rc::gen::suchThat(rc::gen::arbitrary<char>(), [](char c) {
      return c != ':' && c != ' ' && (c < '\t' || c > '\r');
    });
    text.insert(text.begin() + *rc::gen::inRange<std::ptrdiff_t>(0, 41), byte);
    RC_ASSERT(!parse_thumbprint(variable, text).has_value());
  }));
  CHECK(rc::check("arbitrary text", [] {
    const auto text = *rc::gen::container<std::string>(rc::gen::arbitrary<char>());
    const auto digits = std::ranges::count_if(
        text, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
    RC_ASSERT(!parse_thumbprint(variable, text).has_value() || digits == 40);
  }));
}
