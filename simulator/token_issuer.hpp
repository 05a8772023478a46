// Makes the tokens of a simulated host, and the numbers by which its answers are told apart.
#pragma once

#include <midas/simulator/http_exchange.hpp>
#include <midas/simulator/jwt.hpp>
#include <midas/simulator/simulated_imds_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace midas::simulator {

class json_object;

/// The tenant of every simulated identity.
inline constexpr std::string_view simulated_tenant_id = "5151a7ed-0000-4000-8000-0000000000aa";

/// A token that is being handed out, for the members of the answer that go with it.
struct issued_token {
  const simulated_identity& identity;
  const std::string& resource;
  /// Unix seconds.
  std::int64_t not_before;
  std::int64_t expires_on;
  std::chrono::seconds lifetime;
};

/// How a host writes the members that follow `access_token`. The address of the function tells one
/// form from another.
using token_form = void (*)(json_object& answer, const issued_token& token);

/// The same request at the same time gets the same answer but for `uti` of the token and the ids of
/// answers, which count. One thread at a time.
class token_issuer {
 public:
  /// Reads expires_in and the resources.
  explicit token_issuer(const simulated_imds_options& options);

  /// Whether the tenant has the resource: it is listed, or none is and it is an absolute URI or a
  /// GUID.
  [[nodiscard]] bool knows(const std::string& resource) const;

  /// Appends a JSON object with a token that is good from `now`, Unix seconds.
  void write_token(std::string& out, const simulated_identity& identity,
                   const std::string& resource, std::int64_t now, token_form form);

  /// A GUID that no other answer of this process has.
  [[nodiscard]] std::string next_id();

 private:
  /// The body of a token answer, finished but for the token's unique id.
  struct body_template {
    std::int64_t made_at = 0;
    std::string text;
    std::size_t unique_id_at = 0;
  };
  /// A form and what is known of the token by name.
  struct body_key {
    token_form form = nullptr;
    std::string text;
    bool operator==(const body_key&) const = default;
  };
  struct body_key_hash {
    std::size_t operator()(const body_key& key) const noexcept {
      return std::hash<std::string>{}(key.text) ^ std::hash<token_form>{}(key.form);
    }
  };

  [[nodiscard]] body_template make_body(const simulated_identity& identity,
                                        const std::string& resource, std::int64_t now,
                                        token_form form) const;

  std::chrono::seconds expires_in_;
  std::vector<std::string> resources_;
  std::uint64_t issuer_;
  std::uint64_t serial_ = 0;
  std::uint64_t id_serial_ = 0;
  body_key key_;
  std::unordered_map<body_key, body_template, body_key_hash> bodies_;
};

/// Whole seconds since 1970.
[[nodiscard]] inline std::int64_t unix_seconds(std::chrono::system_clock::time_point now) noexcept {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
}

/// 8-4-4-4-12 hexadecimal digits.
[[nodiscard]] bool is_guid(std::string_view text) noexcept;

}  // namespace midas::simulator
