#include "transport/hosts/azure_arc.hpp"

#include "messages/make_error.hpp"
#include "transport/formats/json_object.hpp"
#include "transport/formats/plain_text.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/imds.hpp"
#include "transport/responses/service_error.hpp"
#include "transport/responses/token_response.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal::azure_arc {

namespace {

using std::chrono::sys_seconds;

constexpr std::string_view source = "Azure Arc";
constexpr std::string_view endpoint_variable = "IDENTITY_ENDPOINT";
constexpr std::string_view default_url = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
constexpr std::string_view linux_key_directory = "/var/opt/azcmagent/tokens";
constexpr std::string_view windows_key_directory = "\\AzureConnectedMachineAgent\\Tokens";
constexpr std::string_view key_suffix = ".key";
constexpr std::size_t max_shown = 300;

bool is_control(char c) noexcept { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

// What no header value may hold.
bool breaks_header(char c) noexcept { return is_control(c) && c != '\t'; }

std::string shown(std::string_view path) {
  return quoted(one_line(without_tokens(path), max_shown));
}

unexpected refuse(errc code, std::string message, std::string advice, int status) {
  auto result = fail(code, std::move(message), std::move(advice));
  result.value().source = source;
  result.value().http_status = status;
  return result;
}

unexpected reject(std::string message, int status = 401) {
  return refuse(errc::challenge_rejected, std::move(message),
                "See whether it is Azure Arc's agent that listens at " +
                    std::string{endpoint_variable} + ", and how it is (azcmagent show)",
                status);
}

unexpected naming_variable(error problem) {
  problem.message.insert(0, std::string{endpoint_variable} + ": ");
  return unexpected{std::move(problem)};
}

// A repeated id that is another one counts against a second spelling that is right.
bool confirms(std::span<const json_member> echoes, std::string_view id) noexcept {
  const auto is_stated = [](const json_member& echo) { return echo.kind != json_kind::absent; };
  const auto is_equal = [id](const json_member& echo) {
    return echo.kind == json_kind::string && equal_ignoring_case(echo.text, id);
  };
  return std::ranges::any_of(echoes, is_stated) &&
         std::ranges::all_of(
             echoes, [&](const json_member& echo) { return !is_stated(echo) || is_equal(echo); });
}

bool confirms(sensitive_string body, const managed_identity& identity) {
  if (identity.kind() == identity_kind::system_assigned) {
    return true;
  }
  std::array<json_member, 2> echoes{
      {{.name = imds::selector_of(identity.kind())}, {.name = "mi_res_id"}}};
  const bool is_resource_id = identity.kind() == identity_kind::resource_id;
  const auto wanted = std::span{echoes}.first(is_resource_id ? 2 : 1);
  read_json_object(body, wanted);
  return confirms(wanted, identity.id());
}

unexpected not_confirmed(const managed_identity& identity) {
  return refuse(errc::identity_not_confirmed,
                "Azure Arc did not confirm that its token is for the identity asked for: " +
                    one_line(to_string(identity), max_shown),
                "Update Azure Arc's agent: older ones give out the system-assigned identity's "
                "token whatever is asked for",
                200);
}

expected<sensitive_string> read_key(const std::string& path, const credential_files& files) {
  auto key = files.read_key(path, max_key_bytes);
  if (!key) {
    key.error().source = source;
    key.error().http_status = 401;
    return key;
  }
  if (key->size() > max_key_bytes) {
    return reject("Azure Arc's key file " + shown(path) + " is larger than " +
                  std::to_string(max_key_bytes) + " bytes");
  }
  if (key->empty()) {
    return reject("Azure Arc's key file " + shown(path) + " is empty");
  }
  if (std::ranges::any_of(*key, breaks_header)) {
    return reject("Azure Arc's key file " + shown(path) +
                  " holds a line break or another control character, which no header may");
  }
  return key;
}

}  // namespace

expected<std::string> token_url(const host_environment& environment, bool allow_insecure) {
  const auto stated = environment.variable(endpoint_variable);
  const auto url = stated.empty() ? default_url : stated;
  if (auto parts = check_endpoint(url, allow_insecure); !parts) {
    return naming_variable(std::move(parts.error()));
  }
  if (url.find('?') != std::string_view::npos) {
    return naming_variable(make_error(errc::invalid_endpoint,
                                      "the endpoint " + shown(url.substr(0, url.find('?'))) +
                                          " has a query, which is midas's to make",
                                      "Give the endpoint without the ? and what follows it"));
  }
  return std::string{url};
}

expected<std::string> key_directory(const host_environment& environment) {
  switch (environment.platform) {
    case host_platform::unix_like:
      return std::string{linux_key_directory};
    case host_platform::windows:
      if (const auto data = environment.variable("ProgramData"); !data.empty()) {
        return std::string{data}.append(windows_key_directory);
      }
      return refuse(errc::invalid_configuration,
                    "ProgramData is not set: it tells where Azure Arc's agent keeps its key files",
                    "Set it as Windows does, e.g. to C:\\ProgramData", 0);
    case host_platform::other:
      break;
  }
  return refuse(errc::challenge_rejected,
                "Azure Arc's challenge cannot be answered on this platform: its agent runs on "
                "Linux and Windows only",
                "Unset IDENTITY_ENDPOINT and IMDS_ENDPOINT where there is no agent", 0);
}

expected<std::string_view> read_challenge(std::string_view challenge) {
  constexpr std::string_view beginning = "Basic realm=";
  if (challenge.empty()) {
    return reject("Azure Arc's challenge is missing: no WWW-Authenticate, or an empty one");
  }
  const auto path = challenge.substr(std::min(challenge.size(), beginning.size()));
  if (!equal_ignoring_case(challenge.substr(0, beginning.size()), beginning) || path.empty() ||
      path.find('=') != std::string_view::npos) {
    return reject(
        "Azure Arc's challenge did not match the expected format, WWW-Authenticate: Basic "
        "realm=<path of a key file>");
  }
  return path;
}

expected<void> check_key_path(std::string_view path, std::string_view directory) {
  const auto separators = directory.starts_with('/') ? std::string_view{"/"} : "\\/";
  const auto name = path.substr(path.find_last_of(separators) + 1);
  const bool inside = path.size() == directory.size() + 1 + name.size() &&
                      path.starts_with(directory) && path[directory.size()] == separators.front();
  if (!inside) {
    return reject("Azure Arc's challenge names the file " + shown(path) +
                  ", which is not in the agent's own directory, " + shown(directory));
  }
  if (!name.ends_with(key_suffix) || name.size() == key_suffix.size()) {
    return reject("Azure Arc's challenge names the file " + shown(path) +
                  ", whose name is not one of a key file: something, and then .key");
  }
  if (std::ranges::any_of(name, is_control)) {
    return reject("Azure Arc's challenge names the file " + shown(path) +
                  ", in whose name there are control characters");
  }
  return {};
}

expected<http_request> encode(const std::string& url, const token_request& request) {
  const auto key = make_key(request);
  if (!key) {
    return unexpected{key.error()};
  }
  http_request result;
  result.url = url + "?api-version=2020-06-01&resource=" + percent_encode(key->resource);
  if (const auto selector = imds::selector_of(request.identity.kind()); !selector.empty()) {
    result.url.append("&").append(selector).append("=");
    result.url += percent_encode(request.identity.id());
  }
  result.headers = {{"Metadata", "true"}};
  return result;
}

expected<http_request> answer_challenge(const std::string& url, const token_request& request,
                                        http_response response, sys_seconds now,
                                        const expected<std::string>& directory,
                                        const credential_files& files) {
  const auto status = response.status;
  if (status >= 200 && status < 300) {
    return reject("Azure Arc answered HTTP " + std::to_string(status) +
                      ", and did not have this process prove its right by a key file first",
                  status);
  }
  if (status != 401) {
    return unexpected{read_service_error({.source = source, .request = request, .now = now},
                                         std::move(response))};
  }
  const auto* const header = find_header(response, "WWW-Authenticate");
  const auto path = read_challenge(header == nullptr ? std::string_view{} : header->value);
  if (!path) {
    return unexpected{path.error()};
  }
  if (!directory) {
    return unexpected{directory.error()};
  }
  if (auto checked = check_key_path(*path, *directory); !checked) {
    return unexpected{std::move(checked.error())};
  }
  const auto key = read_key(std::string{*path}, files);
  if (!key) {
    return unexpected{key.error()};
  }
  auto result = encode(url, request);
  if (result) {
    result->headers.push_back({"Authorization", sensitive_string{"Basic "}.append(*key)});
  }
  return result;
}

expected<token_grant> decode(const token_request& request, http_response response,
                             sys_seconds now) {
  auto key = make_key(request);
  if (!key) {
    return unexpected{std::move(key.error())};
  }
  if (response.status != 200) {
    auto problem =
        read_service_error({.source = source, .request = request, .now = now}, std::move(response));
    if (problem.http_status == 401 && problem.advice.empty()) {
      problem.advice = "Ask again: the agent may have replaced its key file in the meantime";
    }
    return unexpected{std::move(problem)};
  }
  // The reading overwrites the body, which is read once more, and only then, for a confirmation.
  const bool needs_confirmation = request.identity.kind() != identity_kind::system_assigned;
  auto echo = needs_confirmation ? response.body : sensitive_string{};
  auto grant = read_token_response(source, std::move(response), now);
  if (grant && !confirms(std::move(echo), request.identity)) {
    return not_confirmed(request.identity);
  }
  if (grant) {
    grant->resource = std::move(key->resource);
  }
  return grant;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto url = token_url(environment, settings.allow_insecure);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  host_protocol result;
  result.host = identity_host::azure_arc;
  result.source = source;
  result.address = *url;
  result.encode = [url = *url](const token_request& request, std::string_view) {
    return azure_arc::encode(url, request);
  };
  // What the platform lacks is told when a challenge needs it, as the agent may not be asked at
  // all.
  result.decode = [url = *url, directory = key_directory(environment), files = settings.files](
                      const token_request& request, http_response response, sys_seconds now,
                      unsigned leg) {
    return leg == 0 ? as_decode_result(answer_challenge(url, request, std::move(response), now,
                                                        directory, files))
                    : as_decode_result(azure_arc::decode(request, std::move(response), now));
  };
  return result;
}

}  // namespace midas::internal::azure_arc
