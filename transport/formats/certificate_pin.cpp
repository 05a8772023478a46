#include "transport/formats/certificate_pin.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"

#include <array>
#include <optional>
#include <string>

namespace midas::internal {

namespace {

constexpr std::size_t digits_in_thumbprint = 2 * sha1_digest{}.size();

// A range of UTF-8 characters. Both ends have the same size, so that bytes compare like code
// points.
struct character_range {
  std::string_view first;
  std::string_view last;
};

// White space and characters that are not visible.
constexpr std::array<character_range, 9> invisible{{
    {"\t", "\r"},
    {" ", " "},
    {"\xc2\x85", "\xc2\x85"},          // next line
    {"\xc2\xa0", "\xc2\xa0"},          // no-break space
    {"\xe2\x80\x80", "\xe2\x80\x8f"},  // spaces, joiners, direction marks
    {"\xe2\x80\xa8", "\xe2\x80\xaf"},  // separators, embeddings
    {"\xe2\x81\x9f", "\xe2\x81\xaf"},  // invisible operators, isolates
    {"\xe3\x80\x80", "\xe3\x80\x80"},  // ideographic space
    {"\xef\xbb\xbf", "\xef\xbb\xbf"},  // byte-order mark
}};

std::size_t size_of_ignored(std::string_view text) noexcept {
  if (text.starts_with(':')) {
    return 1;
  }
  for (const auto& range : invisible) {
    const auto character = text.substr(0, range.first.size());
    if (character.size() == range.first.size() && character >= range.first &&
        character <= range.last) {
      return character.size();
    }
  }
  return 0;
}

std::optional<unsigned> hexadecimal(char c) noexcept {
  if (c >= '0' && c <= '9') {
    return static_cast<unsigned>(c - '0');
  }
  if (c >= 'a' && c <= 'f') {
    return static_cast<unsigned>(c - 'a') + 10;
  }
  if (c >= 'A' && c <= 'F') {
    return static_cast<unsigned>(c - 'A') + 10;
  }
  return std::nullopt;
}

unexpected refuse(std::string_view variable, std::string_view what) {
  return fail(errc::invalid_configuration,
              concat({variable, " is not a certificate thumbprint: ", what}),
              "Set it to the SHA-1 of the server's certificate, 40 hexadecimal digits");
}

}  // namespace

expected<sha1_digest> parse_thumbprint(std::string_view variable, std::string_view text) {
  sha1_digest result{};
  std::size_t count = 0;
  while (!text.empty()) {
    if (const auto ignored = size_of_ignored(text); ignored != 0) {
      text.remove_prefix(ignored);
      continue;
    }
    const auto digit = hexadecimal(text.front());
    if (!digit) {
      return refuse(variable, "it contains characters other than hexadecimal digits");
    }
    if (count < digits_in_thumbprint) {
      auto& byte = result.at(count / 2);
      byte = static_cast<std::uint8_t>(unsigned{byte} << 4U | *digit);
    }
    ++count;
    text.remove_prefix(1);
  }
  if (count != digits_in_thumbprint) {
    return refuse(variable, concat({"it has ", std::to_string(count), " digits, not 40"}));
  }
  return result;
}

bool certificate_matches(const sha1_digest& pin, const sha1_digest& certificate) noexcept {
  unsigned differences = 0;
  for (std::size_t i = 0; i < pin.size(); ++i) {
    differences |= static_cast<unsigned>(pin[i] ^ certificate[i]);
  }
  return differences == 0;
}

std::string to_thumbprint(const sha1_digest& digest) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string result;
  result.reserve(digits_in_thumbprint);
  for (const auto byte : digest) {
    result.append({digits[byte >> 4U], digits[byte & 0xfU]});
  }
  return result;
}

}  // namespace midas::internal
