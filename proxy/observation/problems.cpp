#include "proxy/observation/problems.hpp"

#include "messages/plain_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <utility>

namespace midas::internal::proxy {

namespace {

constexpr std::size_t max_reasons = 32;
constexpr std::size_t max_reason_bytes = 64;
constexpr std::size_t max_resource_bytes = 512;

bool is_same_problem(const problem& each, token_result result, std::string_view reason) noexcept {
  return each.result == result && each.reason == reason;
}

// Without a token, of which the part that is left after a cut would not look like one.
std::string shown_resource(std::string_view resource) {
  return resource.find("eyJ") == std::string_view::npos
             ? std::string{resource.substr(0, max_resource_bytes)}
             : without_tokens(resource).substr(0, max_resource_bytes);
}

}  // namespace

void problem_list::add(token_result result, std::string_view reason, const client& who,
                       const token_query* query,
                       std::chrono::system_clock::time_point at) noexcept {
  reason = reason.substr(0, max_reason_bytes);
  try {
    const std::lock_guard lock{lock_};
    auto found = std::ranges::find_if(
        problems_, [&](const problem& each) { return is_same_problem(each, result, reason); });
    if (found == problems_.end() && problems_.size() >= max_reasons) {
      found = std::ranges::min_element(problems_, {}, &problem::last);
      *found = {result, std::string{reason}};
    } else if (found == problems_.end()) {
      found = problems_.insert(found, {result, std::string{reason}});
    }
    ++found->count;
    found->last = at;
    found->uid = who.uid;
    found->resource = query != nullptr ? shown_resource(query->resource) : std::string{};
  } catch (const std::exception&) {
    // Out of memory: the counters have it.
    return;
  }
}

void problem_list::add_to(std::vector<problem>& all) const {
  const std::lock_guard lock{lock_};
  for (const auto& each : problems_) {
    const auto known = std::ranges::find_if(all, [&each](const problem& other) {
      return is_same_problem(other, each.result, each.reason);
    });
    if (known == all.end()) {
      all.push_back(each);
    } else {
      const auto count = known->count + each.count;
      if (each.last > known->last) {
        *known = each;
      }
      known->count = count;
    }
  }
}

std::string_view advice_for(std::string_view reason) noexcept {
  using entry = std::pair<std::string_view, std::string_view>;
  static constexpr std::array<entry, 32> table{{
      {"metadata_header_missing", "Send \"Metadata: true\", as the SDKs of Azure do"},
      {"identity_header_wrong",
       "Set IDENTITY_HEADER as midas proxy --print-env says, and restart the client"},
      {"request_forwarded", "Clients must connect directly, not through another proxy"},
      {"host_foreign", "Connect to the address of the listener: another name is refused"},
      {"method_not_allowed", "Use GET"},
      {"path_unknown",
       "Nothing: SDKs probe for paths that only other hosts have. The proxy serves only tokens"},
      {"query_malformed", "Percent-encode the query of the request, as UTF-8"},
      {"parameter_repeated", "Send each parameter of the query once"},
      {"resource_missing", "Send the parameter resource"},
      {"identity_ambiguous", "Name the identity by one id only"},
      {"api_version_missing", "Send the parameter api-version, as the SDKs of Azure do"},
      {"api_version_wrong", "Send an api-version that the host has, as the SDKs of Azure do"},
      {"resource_not_allowed", "Allow the resource in the configuration if this user may have it"},
      {"identity_not_allowed", "Allow the identity in the configuration if this user may have it"},
      {"uid_not_allowed", "Add the user to --allow-uid if it may have tokens"},
      {"share_exceeded", "The client waits for many different tokens at once: ask for fewer"},
      {"client_disconnected", "The client gave up before its answer: give it more time"},
      {"too_many_connections",
       "Look for a client that leaks connections, or raise max_connections"},
      {"too_many_of_client",
       "Look for a client that leaks connections, or raise max_connections_per_client"},
      {"internal_error", "Give the proxy more memory (MemoryMax=, ulimit -v), or report a bug"},
      {"too_slow", "Look for a client that sends its request slowly or not at all"},
      {"malformed", "The client does not speak HTTP/1.1, or sends too large a header"},
      {"identity_not_found", "Assign the identity to this machine, or correct the client's id"},
      {"request_rejected", "Correct the resource or the identity in the client's request"},
      {"invalid_resource", "Correct the resource in the client's request"},
      {"invalid_identity", "Correct the id of the identity in the client's request"},
      {"throttled", "The host limits this machine: look for clients that do not use the proxy"},
      {"unreachable", "Check that the host's endpoint can be reached: midas doctor"},
      {"request_timeout", "The host answers too slowly: midas doctor"},
      {"service_unavailable", "The host has failed; midas asks it again"},
      {"host_busy", "More different tokens are requested than the host's limits admit in time"},
      {"deadline_exceeded", "The host did not answer in time; midas asks it again"},
  }};
  const auto* const found = std::ranges::find(table, reason, &entry::first);
  return found == table.end() ? std::string_view{} : found->second;
}

}  // namespace midas::internal::proxy
