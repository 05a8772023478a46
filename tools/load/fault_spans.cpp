#include "tools/load/fault_spans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace midas::internal::tools {

namespace {

std::string fault_text(int status, errc code, std::string_view host) {
  return status >= 400 ? fmt::format("{} from {}", status, host)
                       : fmt::format("{} from {}", to_string(code), host);
}

// What midas decides by itself, without an exchange, is no fault of the host.
bool is_of_host(errc code) {
  switch (code) {
    case errc::deadline_exceeded:
    case errc::host_busy:
    case errc::too_many_keys:
    case errc::shutting_down:
    case errc::actor_terminated:
      return false;
    default:
      return true;
  }
}

std::optional<std::string> fault_of(const error& failure, std::string_view host) {
  if (!is_of_host(failure.code)) {
    return std::nullopt;
  }
  return fault_text(failure.http_status, failure.code, host);
}

std::optional<std::string> fault_of(const exchange_finished& exchange, std::string_view host) {
  // An exchange that was given up, since its callers had stopped waiting, had no answer in time.
  auto code = exchange.failure.value_or(errc{});
  code = code == errc::cancelled ? errc::request_timeout : code;
  // Azure Arc begins with a 401; that of another host is a final failure of the acquisition.
  const bool is_refusal = exchange.status >= 400 && exchange.status != 401;
  return exchange.failure || is_refusal ? std::optional{fault_text(exchange.status, code, host)}
                                        : std::nullopt;
}

}  // namespace

std::optional<std::string> fault_of(const token_event& event, std::string_view host) {
  if (const auto* retried = std::get_if<acquisition_retried>(&event)) {
    return fault_of(retried->failure, host);
  }
  if (const auto* failed = std::get_if<acquisition_failed>(&event)) {
    // The exchanges have shown a temporary failure already. The acquisition may report it later,
    // when the host has recovered.
    return is_transient(failed->failure.code) ? std::nullopt : fault_of(failed->failure, host);
  }
  if (const auto* exchange = std::get_if<exchange_finished>(&event)) {
    return fault_of(*exchange, host);
  }
  return std::nullopt;
}

std::vector<fault_span> merged_spans(const std::map<std::string, std::set<std::uint64_t>>& faults) {
  constexpr std::uint64_t max_gap = 2;
  std::vector<fault_span> spans;
  for (const auto& [text, seconds] : faults) {
    const auto first = spans.size();
    for (const auto second : seconds) {
      if (spans.size() > first && second - (spans.back().to_second - 1) <= max_gap) {
        spans.back().to_second = second + 1;
      } else {
        spans.push_back({second, second + 1, text});
      }
    }
  }
  std::ranges::sort(spans, {}, [](const fault_span& span) {
    return std::tie(span.from_second, span.to_second, span.text);
  });
  return spans;
}

}  // namespace midas::internal::tools
