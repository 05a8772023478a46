#include "actors/support/acquisition_host.hpp"

#include "messages/caller_errors.hpp"
#include "messages/make_error.hpp"
#include "transport/formats/sha256.hpp"
#include "transport/hosts/host_registry.hpp"

#include <algorithm>
#include <chrono>
#include <exception>

namespace midas::internal {

namespace {

constexpr std::chrono::milliseconds unlikely_connect_timeout{1'000};

// Calls the code of a host. An exception must not end the actor: its successor would ask the host
// again immediately.
template <class Call>
auto guarded(Call call) -> decltype(call()) {
  try {
    return call();
  } catch (const std::exception&) {
    // Its text may contain what the host sent.
    return fail(errc::invalid_response, "an exception ended the attempt",
                "Check whether the process has enough memory, and report a bug of midas otherwise");
  }
}

}  // namespace

acquisition_fsm acquisition_host::make_fsm() const {
  const auto& options = service_->options;
  const retry_limits limits{options.max_retries, options.attempt_timeout};
  return {retry_policy{profile_of(protocol().host), limits}, options.negative_cache_ttl};
}

expected<http_request> acquisition_host::encode(const token_request& request) const {
  return guarded(
      [&] { return protocol().encode(resolve(request, key_->token), refused_token_sha256()); });
}

bool acquisition_host::is_final(const error& failure) const {
  return is_refusal(profile_of(protocol().host), failure);
}

void acquisition_host::complete(http_request& request, const acquisition_fsm& machine,
                                const acquisition_fsm::conditions& at) const {
  request.connect_timeout = service_->options.connect_timeout;
  if (protocol().is_unlikely) {
    request.connect_timeout = std::min(request.connect_timeout, unlikely_connect_timeout);
  }
  request.total_timeout = std::chrono::ceil<std::chrono::milliseconds>(machine.attempt_time(at));
  request.max_response_bytes = service_->options.max_response_bytes;
  request.lane = machine.request().lane;
  request.attempt = machine.attempt();
  request.purpose = at.has_waiters() ? request_purpose::cold_key : request_purpose::refresh;
  request.urgent_at = at.now + at.usable_for / 2;
  // Until then, callers need no other token.
  request.deadline =
      at.now + std::max<std::chrono::nanoseconds>(request.total_timeout, at.usable_for);
  request.key = key_;
}

error acquisition_host::deadline_error(acquisition_fsm::time_point now) const {
  return service_->deadline_error(view_of(*key_), now);
}

attempt_result acquisition_host::read(const token_request& request, http_response response,
                                      unsigned leg) const {
  const auto now = service_->now();
  auto result = guarded([&] {
    return protocol().decode(resolve(request, key_->token), std::move(response), now.wall, leg);
  });
  if (!result) {
    return failed(std::move(result.error()));
  }
  if (auto* next = std::get_if<http_request>(&*result)) {
    return challenged{std::move(*next)};
  }
  auto& grant = std::get<token_grant>(*result);
  grant.resource = key_->token.resource;
  const auto held = service_->table->find_held(key_->token);
  const bool is_new = !held || !(held->token() == grant.token);
  return token_granted{std::move(grant), is_new, now};
}

attempt_result acquisition_host::read(const caf::error& failure,
                                      acquisition_fsm::time_point now) const {
  if (const auto refused = to_not_admitted(failure)) {
    // The transport's errors name the exchange; a caller's name the token and the service.
    const bool expired = refused->reason.code == errc::deadline_exceeded;
    return attempt_not_admitted{expired ? deadline_error(now) : from_host(error_of(*refused)),
                                refused->wait};
  }
  auto told = to_error(failure);
  if (told.code == errc::cancelled) {
    return withdrawn();
  }
  if (told.code == errc::shutting_down) {
    told = shutting_down_error();
  }
  auto result = failed(std::move(told));
  // The host did not cause the end of an actor of midas.
  auto& attempt = std::get<attempt_failed>(result);
  attempt.is_local =
      attempt.failure.code == errc::actor_terminated || attempt.failure.code == errc::shutting_down;
  return result;
}

attempt_result acquisition_host::withdrawn() const {
  return failed(
      make_error(errc::request_timeout,
                 protocol().address + " did not complete its answer in time for the callers",
                 "Allow a longer timeout, or check whether the endpoint answers"));
}

attempt_result acquisition_host::not_encoded(error failure) const {
  return attempt_failed{from_host(std::move(failure)), false, true};
}

attempt_result acquisition_host::failed(error failure) const {
  auto told = from_host(std::move(failure));
  const bool final = is_final(told);
  return attempt_failed{std::move(told), final};
}

error acquisition_host::from_host(error failure) const {
  if (protocol().is_unlikely && failure.code == errc::unreachable) {
    failure.code = errc::not_an_azure_host;
    failure.message = "this is not an Azure host: " + failure.message;
    failure.advice =
        "Run the program in Azure; or set AZURE_POD_IDENTITY_AUTHORITY_HOST, or the "
        "variables of another host, if it has an identity endpoint";
  }
  if (failure.source.empty()) {
    failure.source = protocol().source;
  }
  add_reason(failure, protocol().reason);
  return failure;
}

// A claims challenge refers to the token that the caller received last, expired or not.
std::string acquisition_host::refused_token_sha256() const {
  if (key_->claims.empty()) {
    return {};
  }
  const auto held = service_->table->find_held(key_->token);
  return held ? sha256_hex(held->token().reveal()) : std::string{};
}

}  // namespace midas::internal
