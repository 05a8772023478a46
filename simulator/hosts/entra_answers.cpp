#include "simulator/hosts/entra_answers.hpp"

#include "simulator/tokens/json_text.hpp"

#include <array>
#include <ctime>

namespace midas::internal::simulator {
namespace {

constexpr unsigned unknown_resource = 500'011;

std::string timestamp(std::int64_t now) {
  const auto seconds = static_cast<std::time_t>(now);
  std::tm parts{};
  ::gmtime_r(&seconds, &parts);
  std::array<char, 32> text{};
  const auto size = std::strftime(text.data(), text.size(), "%Y-%m-%d %H:%M:%SZ", &parts);
  return {text.data(), size};
}

std::string unknown_resource_text(std::string_view resource) {
  return std::string("The resource principal named ")
      .append(resource)
      .append(
          " was not found in the tenant named Simulated. This can happen if the application has "
          "not been installed by the administrator of the tenant or consented to by any user in "
          "the tenant. You might have sent your authentication request to the wrong tenant.");
}

}  // namespace

void write_imds_members(json_object& answer, const issued_token& token) {
  const auto lifetime = std::to_string(token.lifetime.count());
  answer.text("client_id", token.identity.client_id)
      .text("expires_in", lifetime)
      .text("expires_on", std::to_string(token.expires_on))
      .text("ext_expires_in", lifetime)
      .text("not_before", std::to_string(token.not_before))
      .text("resource", token.resource)
      .text("token_type", "Bearer");
}

void write_oauth_error(response& out, int status, std::string_view code,
                       std::string_view description) {
  out.status = status;
  json_object(out.body).text("error", code).text("error_description", description);
}

void write_entra_error(response& out, int status, std::string_view code, unsigned number,
                       std::string_view description, std::int64_t now, token_issuer& issuer) {
  out.status = status;
  const auto time = timestamp(now);
  const auto trace_id = issuer.next_id();
  const auto correlation_id = issuer.next_id();
  const auto number_text = std::to_string(number);
  json_object(out.body)
      .text("error", code)
      .text("error_description", ("AADSTS" + number_text + ": ")
                                     .append(description)
                                     .append("\r\nTrace ID: " + trace_id)
                                     .append("\r\nCorrelation ID: " + correlation_id)
                                     .append("\r\nTimestamp: " + time))
      .nested("error_codes",
              [number](auto& writer) {
                writer.StartArray();
                writer.Uint(number);
                writer.EndArray();
              })
      .text("timestamp", time)
      .text("trace_id", trace_id)
      .text("correlation_id", correlation_id)
      .text("error_uri", "https://westus2.login.microsoft.com/error?code=" + number_text);
}

void write_unknown_resource(response& out, std::string_view resource, std::int64_t now,
                            token_issuer& issuer) {
  write_entra_error(out, 400, "invalid_resource", unknown_resource, unknown_resource_text(resource),
                    now, issuer);
}

std::string unknown_resource_error(std::string_view resource) {
  return "AADSTS" + std::to_string(unknown_resource) + ": " + unknown_resource_text(resource);
}

}  // namespace midas::internal::simulator
