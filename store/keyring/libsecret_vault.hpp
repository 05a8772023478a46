// One text in the keyring.
#pragma once

#include <midas/detail/secret_vault.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace midas::internal {

struct libsecret_vault_options {
  std::string schema_name;
  std::map<std::string, std::string> attributes;
  std::chrono::milliseconds timeout;
};

/// Each operation ends within the timeout, also if the keyring shows a prompt that nobody answers.
std::unique_ptr<detail::secret_vault> make_libsecret_vault(libsecret_vault_options options);

/// The SHA-256 of the text, in hexadecimal digits.
std::string sha256_of(const std::string& text);

}  // namespace midas::internal
