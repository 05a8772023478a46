#include "simulator/tokens/token_issuer.hpp"

#include "messages/guid.hpp"
#include "simulator/tokens/json_text.hpp"

#include <algorithm>
#include <atomic>

namespace midas::internal::simulator {
namespace {

/// An answer prepared earlier in the same second saves microseconds. This limit bounds the memory
/// for prepared answers to about 2.5 MB.
constexpr std::size_t max_bodies = 1024;

/// Like the real service, tokens are valid from five minutes before they are issued, which
/// tolerates slow clocks.
constexpr std::int64_t clock_allowance = 300;

bool is_absolute_uri(std::string_view text) noexcept {
  constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  constexpr std::string_view scheme =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.";
  const auto colon = text.find_first_not_of(scheme);
  return colon != std::string_view::npos && text[colon] == ':' && colon + 1 < text.size() &&
         letters.find(text[0]) != std::string_view::npos &&
         text.find_first_not_of('/', colon + 1) != std::string_view::npos &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

/// Writes the lowest digits of a number into the group of a GUID that ends at `end`.
void write_hexadecimal(std::string& guid, std::size_t end, std::uint64_t number) noexcept {
  for (; number != 0 && end > 0 && guid[end - 1] != '-'; number >>= 4) {
    guid[--end] = "0123456789abcdef"[number & 15];
  }
}

std::uint64_t next_issuer() noexcept {
  static std::atomic<std::uint64_t> last{0};
  return ++last;
}

}  // namespace

token_issuer::token_issuer(const simulated_host_options& options)
    : expires_in_(options.expires_in),
      time_factor_(options.time_factor),
      identities_(options.user_assigned),
      resources_(options.resources),
      issuer_(next_issuer()) {
  if (options.system_assigned) {
    identities_.push_back(*options.system_assigned);
  }
  // Ensures that there is another identity for token_change::wrong_identity.
  identities_.push_back(sample_user_assigned_identity());
  identities_.push_back(sample_system_assigned_identity());
}

bool token_issuer::knows(const std::string& resource) const {
  return resources_.empty()
             ? is_absolute_uri(resource) || is_guid(resource)
             : std::find(resources_.begin(), resources_.end(), resource) != resources_.end();
}

void token_issuer::write_token(std::string& out, const simulated_identity& asked,
                               const std::string& resource, std::int64_t now, token_form form) {
  const auto& identity = change_.wrong_identity ? other_than(asked) : asked;
  const auto lifetime = scaled(change_.lifetime.value_or(expires_in_));
  if (remembers_recipient_) {
    recipient_ = identity.client_id;
  }
  key_.form = form;
  key_.text.assign(identity.client_id).append(1, '\n').append(identity.object_id).append(1, '\n');
  key_.text.append(identity.resource_id).append(1, '\n').append(resource);
  const body_source source{identity, resource, form, now, lifetime, lifetime};
  auto found = bodies_.find(key_);
  if (found == bodies_.end()) {
    if (bodies_.size() >= max_bodies) {
      bodies_.clear();
    }
    found = bodies_.emplace(key_, make_body(source)).first;
  } else if (change_.same_token) {
    return write_again(out, found->second, source);
  } else if (found->second.made_at != now || found->second.lifetime != lifetime) {
    found->second = make_body(source);
  }
  found->second.serial = ++serial_;
  append(out, found->second);
}

void token_issuer::write_again(std::string& out, const body_template& given,
                               body_source source) const {
  const auto age = std::chrono::seconds{source.issued_at - given.made_at};
  source.issued_at = given.made_at;
  source.lifetime = given.lifetime;
  source.left = std::max(given.lifetime - age, std::chrono::seconds{0});
  auto body = make_body(source);
  body.serial = given.serial;
  append(out, body);
}

void token_issuer::append(std::string& out, const body_template& body) const {
  const auto begin = out.size();
  out.append(body.text);
  stamp_unique_id(out.data() + begin + body.unique_id_at, issuer_, body.serial);
}

std::chrono::seconds token_issuer::scaled(std::chrono::seconds lifetime) const noexcept {
  return lifetime.count() == 0 ? lifetime
                               : std::max(lifetime / time_factor_, std::chrono::seconds{1});
}

token_issuer::body_template token_issuer::make_body(const body_source& source) const {
  jwt_claims claims;
  claims.resource = source.resource;
  claims.client_id = source.identity.client_id;
  claims.object_id = source.identity.object_id;
  claims.resource_id = source.identity.resource_id;
  claims.tenant_id = simulated_tenant_id;
  claims.not_before = source.issued_at - clock_allowance / time_factor_;
  claims.expires_on = source.issued_at + source.lifetime.count();
  const auto token = make_jwt_template(claims);

  body_template body;
  body.made_at = source.issued_at;
  body.lifetime = source.lifetime;
  body.text.reserve(token.text.size() + 512);
  {
    json_object answer(body.text);
    answer.text("access_token", "");
    source.form(answer, {source.identity, source.resource, claims.not_before, claims.expires_on,
                         source.left});
  }
  // The token is inserted afterwards, since it contains nothing to escape and scanning it would
  // cost more than everything else.
  constexpr std::string_view before_token = R"({"access_token":")";
  body.text.insert(before_token.size(), token.text);
  body.unique_id_at = before_token.size() + token.unique_id_at;
  return body;
}

const simulated_identity& token_issuer::other_than(const simulated_identity& identity) const {
  const auto other =
      std::find_if(identities_.begin(), identities_.end(), [&](const auto& candidate) {
        return !http::equal_ignoring_case(candidate.client_id, identity.client_id);
      });
  return *other;
}

void token_issuer::forget_recipient() {
  remembers_recipient_ = true;
  recipient_.clear();
}

std::string token_issuer::next_id() {
  std::string id = "5151a7ed-0000-4000-8000-000000000000";
  write_hexadecimal(id, 13, issuer_);
  write_hexadecimal(id, id.size(), ++id_serial_);
  return id;
}

}  // namespace midas::internal::simulator
