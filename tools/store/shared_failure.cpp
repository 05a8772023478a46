#include "tools/store/shared_failure.hpp"

#include "messages/plain_text.hpp"
#include "tools/json_writer.hpp"
#include "transport/formats/json_object.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace midas::internal::tools {

namespace {

constexpr std::size_t max_text = 4'096;

struct text_member {
  std::string_view name;
  std::string error::*text;
};

constexpr std::array texts{text_member{"message", &error::message},
                           text_member{"advice", &error::advice},
                           text_member{"source", &error::source},
                           text_member{"service_code", &error::service_code},
                           text_member{"service_description", &error::service_description},
                           text_member{"correlation_id", &error::correlation_id}};

std::optional<std::int64_t> number_in(const json_member& member) {
  std::int64_t result = 0;
  const auto* const end = member.text.data() + member.text.size();
  const auto read = std::from_chars(member.text.data(), end, result);
  const bool is_number = member.kind == json_kind::number && read.ec == std::errc{};
  return is_number && read.ptr == end ? std::optional{result} : std::nullopt;
}

}  // namespace

std::string failure_text(const error& failure) {
  json_line_writer out;
  out.StartObject();
  out.Key("code");
  out.Int(static_cast<int>(failure.code));
  out.Key("http_status");
  out.Int(failure.http_status);
  if (failure.retry_after) {
    out.Key("retry_after_ms");
    out.Int64(failure.retry_after->count());
  }
  for (const auto& [name, text] : texts) {
    out.member(name, failure.*text);
  }
  out.EndObject();
  return out.str();
}

std::optional<error> read_failure(std::string_view text) {
  std::array<json_member, 3 + texts.size()> wanted{
      {{.name = "code"}, {.name = "http_status"}, {.name = "retry_after_ms"}}};
  std::ranges::transform(texts, wanted.begin() + 3,
                         [](const text_member& each) { return json_member{.name = each.name}; });
  sensitive_string copy{text};
  static_cast<void>(read_json_object(copy, wanted));
  const auto code = number_in(wanted[0]);
  const auto status = number_in(wanted[1]);
  if (!code || !status || *code < 1 || *code > UINT8_MAX || *status < 0 || *status > 999 ||
      to_string(static_cast<errc>(*code)) == "unknown") {
    return std::nullopt;
  }
  error result;
  result.code = static_cast<errc>(*code);
  result.http_status = static_cast<int>(*status);
  if (const auto pause = number_in(wanted[2]); pause && *pause >= 0) {
    result.retry_after = std::min<std::chrono::milliseconds>(std::chrono::milliseconds{*pause},
                                                             std::chrono::hours{24});
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    result.*texts.at(i).text = one_line(wanted.at(3 + i).text, max_text);
  }
  return result;
}

bool is_shared(const error& failure, std::chrono::nanoseconds left) noexcept {
  const bool is_refusal =
      failure.http_status >= 400 && failure.http_status < 500 &&
      (failure.code == errc::identity_not_found || failure.code == errc::request_rejected);
  return is_refusal || (failure.retry_after && *failure.retry_after >= left);
}

}  // namespace midas::internal::tools
