// Issues the tokens of a simulated host and the ids of its answers.
#pragma once

#include "simulator/http/http_exchange.hpp"
#include "simulator/tokens/jwt.hpp"
#include "simulator/tokens/token_change.hpp"
#include <midas/simulated_host_options.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace midas::internal::simulator {

class json_object;

/// The tenant of every simulated identity.
inline constexpr std::string_view simulated_tenant_id = "5151a7ed-0000-4000-8000-0000000000aa";

/// The facts about a token that its answer has as members.
struct issued_token {
  const simulated_identity& identity;
  const std::string& resource;
  /// Unix seconds.
  std::int64_t not_before;
  std::int64_t expires_on;
  /// The time from the answer to expires_on.
  std::chrono::seconds lifetime;
};

/// Writes the members of a token answer after `access_token`, in the form of one host. The address
/// of the function identifies the form.
using token_form = void (*)(json_object& answer, const issued_token& token);

/// Equal requests at the same time get equal answers, except for the token's `uti` and the ids of
/// answers, which are unique. One thread at a time.
class token_issuer {
 public:
  /// Uses expires_in, time_factor, the identities and the resources.
  explicit token_issuer(const simulated_host_options& options);

  /// Whether the tenant knows the resource: it is among options.resources or, if those are empty,
  /// it is an absolute URI or a GUID.
  [[nodiscard]] bool knows(const std::string& resource) const;

  /// Appends a token answer as a JSON object, with the errors set by change(). `now` is in Unix
  /// seconds.
  void write_token(std::string& out, const simulated_identity& asked, const std::string& resource,
                   std::int64_t now, token_form form);

  /// Sets the errors of the following tokens. Initially there are none.
  void change(const token_change& change) { change_ = change; }

  /// Clears recipient(). Recipients are recorded only after the first call, to save the cost if
  /// they are not needed.
  void forget_recipient();
  /// The client id of the identity in the last token since forget_recipient(); empty if there was
  /// none. Valid until the next token.
  [[nodiscard]] std::string_view recipient() const noexcept { return recipient_; }

  /// A GUID that is unique in the process.
  [[nodiscard]] std::string next_id();

 private:
  /// The body of a token answer, complete except for the token's unique id.
  struct body_template {
    std::int64_t made_at = 0;
    std::chrono::seconds lifetime{0};
    /// The serial number of the last token made of it.
    std::uint64_t serial = 0;
    std::string text;
    std::size_t unique_id_at = 0;
  };
  /// A form, and the names of the identity and the resource in one text.
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

  /// The facts that a body is made of. `left` is the rest of the token's lifetime.
  struct body_source {
    const simulated_identity& identity;
    const std::string& resource;
    token_form form;
    std::int64_t issued_at;
    std::chrono::seconds lifetime;
    std::chrono::seconds left;
  };

  [[nodiscard]] body_template make_body(const body_source& source) const;
  [[nodiscard]] std::chrono::seconds scaled(std::chrono::seconds lifetime) const noexcept;
  [[nodiscard]] const simulated_identity& other_than(const simulated_identity& identity) const;
  void write_again(std::string& out, const body_template& given, body_source source) const;
  void append(std::string& out, const body_template& body) const;

  std::chrono::seconds expires_in_;
  std::int64_t time_factor_;
  std::vector<simulated_identity> identities_;
  std::vector<std::string> resources_;
  std::uint64_t issuer_;
  std::uint64_t serial_ = 0;
  std::uint64_t id_serial_ = 0;
  token_change change_{};
  std::string recipient_;
  bool remembers_recipient_ = false;
  body_key key_;
  std::unordered_map<body_key, body_template, body_key_hash> bodies_;
};

/// Whole seconds since 1970.
[[nodiscard]] inline std::int64_t unix_seconds(std::chrono::system_clock::time_point now) noexcept {
  return std::chrono::floor<std::chrono::seconds>(now).time_since_epoch().count();
}

}  // namespace midas::internal::simulator
