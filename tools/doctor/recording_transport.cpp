#include "tools/doctor/recording_transport.hpp"

#include "messages/ascii.hpp"
#include "tools/doctor/known_names.hpp"
#include "transport/formats/host_text.hpp"
#include "transport/formats/json_object.hpp"
#include "transport/responses/host_clock.hpp"
#include "transport/responses/retry_after.hpp"

#include <array>
#include <span>
#include <string_view>
#include <utility>

namespace midas::internal::tools {

namespace {

using clock = std::chrono::steady_clock;

std::vector<std::string> parameter_names(std::string_view url) {
  std::vector<std::string> result;
  auto begin = url.find('?');
  while (begin != std::string_view::npos) {
    const auto end = url.find('&', begin + 1);
    const auto parameter =
        url.substr(begin + 1, end == std::string_view::npos ? end : end - begin - 1);
    result.emplace_back(parameter.substr(0, parameter.find('=')));
    begin = end;
  }
  return result;
}

exchange_record record_of(const http_request& request) {
  exchange_record result;
  result.method = request.method;
  result.url = request.url.substr(0, request.url.find('?'));
  result.parameters = parameter_names(request.url);
  for (const auto& each : request.headers) {
    result.headers.push_back(each.name);
  }
  result.body_bytes = request.body.size();
  return result;
}

std::string resource_in(sensitive_string body, std::span<const secret> proofs) {
  constexpr std::size_t max_shown = 200;
  std::array<json_member, 1> members{{{.name = "resource"}}};
  read_json_object(body, members);
  return members[0].kind == json_kind::string ? shown_host_text(members[0].text, proofs, max_shown)
                                              : std::string{};
}

std::vector<std::string> header_names(const http_response& response,
                                      std::span<const secret> proofs) {
  constexpr std::size_t max_headers = 40;
  std::vector<std::string> names;
  for (const auto& each : response.headers) {
    const auto name = known_header(each.name);
    if (names.size() < max_headers && !name.empty() && !repeats_proof(name, proofs)) {
      names.emplace_back(name);
    }
  }
  return names;
}

// "text/html" of "Text/HTML; charset=utf-8"; empty for a type that no host uses.
std::string media_type(const http_response& response, std::span<const secret> proofs) {
  const auto* const header = find_header(response, "Content-Type");
  if (header == nullptr) {
    return {};
  }
  const std::string_view value{header->value};
  auto type = ascii::lower(std::string{value.substr(0, value.find(';'))});
  type.resize(type.find_last_not_of(" \t") + 1);
  return is_known_media_type(type) && !repeats_proof(type, proofs) ? type : std::string{};
}

expected<answer_shape> answer_of(const expected<http_response>& outcome,
                                 std::span<const secret> proofs) {
  if (!outcome) {
    return unexpected{outcome.error()};
  }
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return answer_shape{.status = outcome->status,
                      .body_bytes = outcome->body.size(),
                      .body = read_shape(outcome->body, proofs),
                      .headers = header_names(*outcome, proofs),
                      .content_type = media_type(*outcome, proofs),
                      .retry_after = read_retry_after(*outcome, now),
                      .clock_ahead = clock_error(*outcome, now),
                      .resource = resource_in(outcome->body, proofs)};
}

}  // namespace

bool is_cut_short(const exchange_record& exchange) noexcept {
  if (!exchange.answer) {
    return true;
  }
  if (*exchange.answer) {
    return false;
  }
  const auto code = exchange.answer->error().code;
  return code == errc::request_timeout || code == errc::deadline_exceeded ||
         code == errc::cancelled;
}

struct recording_transport::log {
  struct entry {
    exchange_record record;
    clock::time_point begun;
    // Those of the request, until its answer has come.
    std::vector<secret> proofs;
  };

  std::size_t begin(const http_request& request) {
    const std::lock_guard lock{mutex};
    entries.push_back({record_of(request), clock::now(), proofs_of(request)});
    return entries.size() - 1;
  }

  void end(std::size_t index, const expected<http_response>& outcome) {
    const std::lock_guard lock{mutex};
    auto& [record, begun, proofs] = entries[index];
    record.elapsed = clock::now() - begun;
    record.answer = answer_of(outcome, proofs);
    proofs.clear();
  }

  std::mutex mutex;
  std::vector<entry> entries;
};

recording_transport::recording_transport(std::shared_ptr<http_transport> target)
    : target_(std::move(target)), log_(std::make_shared<log>()) {}

recording_transport::~recording_transport() = default;

std::uint64_t recording_transport::start(http_request request, completion done) {
  const auto index = log_->begin(request);
  return target_->start(std::move(request), [log = log_, index, done = std::move(done)](
                                                expected<http_response> outcome) {
    log->end(index, outcome);
    done(std::move(outcome));
  });
}

std::vector<exchange_record> recording_transport::records() const {
  const std::lock_guard lock{log_->mutex};
  std::vector<exchange_record> result;
  for (const auto& [record, begun, proofs] : log_->entries) {
    result.push_back(record);
    if (!record.answer) {
      result.back().elapsed = clock::now() - begun;
    }
  }
  return result;
}

}  // namespace midas::internal::tools
