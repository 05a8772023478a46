#include "tools/store/stored_answer.hpp"

#include "actors/policies/loaded_tokens.hpp"
#include "actors/policies/stored_validity.hpp"
#include "service/configured_identity.hpp"
#include "service/find_host.hpp"
#include "service/service_core.hpp"

#include <utility>

namespace midas::internal::tools {

namespace {

// Jitter spreads the refreshes of services; this process runs when its user starts it.
constexpr double no_jitter = 0;

bool matches(const stored_token& stored, const store_question& question) {
  const auto key = make_key(stored.identity, stored.grant.resource);
  return is_granted_by(stored, question.endpoint) && key && *key == question.key;
}

// A later refresh_on, which the host stated or a failed refresh set, takes precedence over the time
// at which a service would refresh.
bool is_refresh_due(const stored_token& stored, const token_validity& validity,
                    const clock_reading& now) {
  return validity.refresh_at <= now.boot &&
         !(stored.grant.refresh_on && *stored.grant.refresh_on > now.wall);
}

}  // namespace

expected<store_question> store_question_of(const token_request& request,
                                           const token_service_options& options) {
  const auto environment = environment_of(options);
  auto configured = configure_identity(options, environment);
  if (!configured) {
    return unexpected{std::move(configured.error())};
  }
  auto host = find_host(options, environment);
  if (!host) {
    return unexpected{std::move(host.error())};
  }
  const auto owner = store_owner_of(*host);
  store_question result{.identity = request.identity, .endpoint = owner.endpoint};
  if (configured->identity && !result.identity.is_named()) {
    result.identity = *std::move(configured->identity);
  }
  result.identity = owner.identity_in_store(result.identity);
  auto key = make_key(result.identity, request.resource);
  if (!key) {
    return unexpected{std::move(key.error())};
  }
  result.key = *std::move(key);
  return result;
}

std::optional<stored_answer> find_answer(std::span<const stored_token> tokens,
                                         const store_question& question, const clock_reading& now) {
  std::optional<usable_stored_token> best;
  for (const auto& each : tokens) {
    if (!matches(each, question)) {
      continue;
    }
    const auto validity = validity_of(each, now, no_jitter);
    if (!validity) {
      continue;
    }
    const usable_stored_token usable{&each, *validity};
    if (!best || takes_precedence(usable, *best)) {
      best = usable;
    }
  }
  if (!best) {
    return std::nullopt;
  }
  const auto& [stored, validity] = *best;
  return stored_answer{.stored = *stored,
                       .end = validity.end,
                       .is_refresh_due = is_refresh_due(*stored, validity, now)};
}

access_token cached_token(const stored_answer& answer, const store_question& question) {
  auto grant = answer.stored.grant;
  grant.resource = question.key.resource;
  grant.refresh_on = refresh_on(grant, answer.stored.cached_at);
  return {std::move(grant), token_source::cache};
}

stored_token make_stored(const access_token& token, const store_question& question,
                         std::chrono::sys_seconds now) {
  return {.identity = question.identity,
          .grant = {.token = token.token(),
                    .token_type = token.token_type(),
                    .authorization_header = token.authorization_header(),
                    .resource = token.resource(),
                    .expires_on = token.expires_on(),
                    .refresh_on = token.refresh_on()},
          .cached_at = now,
          .endpoint = question.endpoint};
}

stored_token postponed(const stored_answer& answer, const clock_reading& now,
                       std::optional<std::chrono::milliseconds> retry_after) {
  auto result = answer.stored;
  const auto wait = next_refresh_after(1, answer.end.boot - now.boot, retry_after, no_jitter);
  result.grant.refresh_on = now.wall + std::chrono::ceil<std::chrono::seconds>(wait);
  return result;
}

}  // namespace midas::internal::tools
