#include "store/machine_id.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fstream>

namespace midas::internal {

namespace {

// Chosen at random, once. Tokens that were stored with another one count as another machine's.
constexpr id128 store_application{0x3d, 0x9a, 0x51, 0xc4, 0x77, 0x0e, 0x4b, 0x62,
                                  0x9f, 0x18, 0xe6, 0x2b, 0xd5, 0x40, 0x8c, 0xa7};

std::optional<std::uint8_t> hex_digit_of(char c) noexcept {
  if (ascii::is_digit(c)) {
    return static_cast<std::uint8_t>(c - '0');
  }
  const char low = ascii::lower(c);
  if (low >= 'a' && low <= 'f') {
    return static_cast<std::uint8_t>(low - 'a' + 10);
  }
  return std::nullopt;
}

}  // namespace

std::optional<id128> parse_id128(std::string_view text) noexcept {
  constexpr std::string_view space = " \t\r\n";
  const auto begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) {
    return std::nullopt;
  }
  text = text.substr(begin, text.find_last_not_of(space) - begin + 1);
  id128 result{};
  std::size_t digits = 0;
  unsigned any = 0;
  for (const char c : text) {
    if (c == '-') {
      continue;
    }
    const auto digit = hex_digit_of(c);
    if (!digit || digits == 2 * result.size()) {
      return std::nullopt;
    }
    auto& byte = result[digits / 2];
    byte = static_cast<std::uint8_t>(digits % 2 == 0 ? *digit << 4U : byte | *digit);
    any |= *digit;
    ++digits;
  }
  return digits == 2 * result.size() && any != 0 ? std::optional{result} : std::nullopt;
}

std::string application_id(const id128& machine, const id128& application) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (::HMAC(EVP_sha256(), machine.data(), static_cast<int>(machine.size()), application.data(),
             application.size(), digest.data(), &size) == nullptr) {
    return {};
  }
  digest[6] = static_cast<unsigned char>((digest[6] & 0x0fU) | 0x40U);
  digest[8] = static_cast<unsigned char>((digest[8] & 0x3fU) | 0x80U);
  constexpr std::string_view digits = "0123456789abcdef";
  std::string result;
  for (std::size_t i = 0; i < machine.size(); ++i) {
    result += digits[digest[i] >> 4U];
    result += digits[digest[i] & 0x0fU];
  }
  return result;
}

expected<std::string> machine_of(const std::array<const char*, 3>& files) {
  for (const auto* const file : files) {
    std::ifstream stream{file};
    std::string text;
    if (!std::getline(stream, text)) {
      continue;
    }
    if (const auto id = parse_id128(text)) {
      auto result = application_id(*id, store_application);
      if (result.empty()) {
        return fail(errc::store_failed, "OpenSSL cannot compute an HMAC with SHA-256",
                    "Check OpenSSL's configuration");
      }
      return result;
    }
  }
  return fail(errc::store_failed, concat({"this machine has no id: ", files.front()}),
              "Create one with systemd-machine-id-setup");
}

expected<std::string> this_machine() {
  return machine_of(
      {"/etc/machine-id", "/var/lib/dbus/machine-id", "/proc/sys/kernel/random/boot_id"});
}

}  // namespace midas::internal
