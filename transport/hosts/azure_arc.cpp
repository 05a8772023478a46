#include "transport/hosts/azure_arc.hpp"

#include "messages/ascii.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "transport/formats/host_text.hpp"
#include "transport/formats/json_object.hpp"
#include "transport/formats/url.hpp"
#include "transport/hosts/environment_endpoint.hpp"
#include "transport/hosts/imds.hpp"
#include "transport/hosts/simple_protocol.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace midas::internal::azure_arc {

namespace {

using std::chrono::sys_seconds;

constexpr std::string_view endpoint_variable = "IDENTITY_ENDPOINT";
constexpr std::string_view default_url = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
constexpr std::string_view linux_key_directory = "/var/opt/azcmagent/tokens";
constexpr std::string_view windows_key_directory = "\\AzureConnectedMachineAgent\\Tokens";
constexpr std::string_view key_suffix = ".key";
constexpr std::size_t max_shown = 300;

// The agent names paths only in its challenge, and no proof was sent before that.
std::string shown(std::string_view path) { return quoted(shown_host_text(path, {}, max_shown)); }

unexpected refuse(errc code, std::string_view message, std::string_view advice, int status) {
  auto result = make_error(code, message, advice);
  result.source = to_string(identity_host::azure_arc);
  result.http_status = status;
  return unexpected{std::move(result)};
}

unexpected reject(std::string_view message, int status = 401) {
  return refuse(errc::challenge_rejected, message,
                concat({"Check that Azure Arc's agent listens at ", endpoint_variable,
                        ", and check its state (azcmagent show)"}),
                status);
}

std::string_view advise(const error& problem) {
  if (!problem.advice.empty()) {
    return {};
  }
  if (problem.http_status == 404) {
    return "Check that Azure Arc's agent listens at the address (azcmagent show): this server has "
           "no tokens at the path of the request";
  }
  return problem.http_status == 401
             ? "Try again: the agent may have replaced its key file in the meantime"
             : "";
}

// Every spelling of the id that is present must match, so that a wrong one outweighs a right one.
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
      {{.name = imds::parameters.name_of(identity.kind())}, {.name = "mi_res_id"}}};
  const bool is_resource_id = identity.kind() == identity_kind::resource_id;
  const auto wanted = std::span{echoes}.first(is_resource_id ? 2 : 1);
  read_json_object(body, wanted);
  return confirms(wanted, identity.id());
}

unexpected not_confirmed(const managed_identity& identity) {
  return refuse(errc::identity_not_confirmed,
                "Azure Arc did not confirm that its token is for the requested identity, " +
                    one_line(to_string(identity), max_shown),
                "Update Azure Arc's agent: old versions return the token of the system-assigned "
                "identity for any request",
                200);
}

expected<sensitive_string> read_key(const std::string& path, const credential_files& files) {
  auto key = files.read_key(path, max_key_bytes);
  if (!key) {
    key.error().source = to_string(identity_host::azure_arc);
    key.error().http_status = 401;
    return key;
  }
  if (key->size() > max_key_bytes) {
    return reject(concat({"Azure Arc's key file ", shown(path), " is larger than ",
                          std::to_string(max_key_bytes), " bytes"}));
  }
  if (key->empty()) {
    return reject(concat({"Azure Arc's key file ", shown(path), " is empty"}));
  }
  if (std::ranges::any_of(*key, ascii::breaks_header)) {
    return reject(
        concat({"Azure Arc's key file ", shown(path),
                " contains a line break or another control character, which headers must not "
                "have"}));
  }
  return key;
}

}  // namespace

host_evidence look_for_agent(const host_environment& environment) {
  const auto file = arc_agent_file(environment);
  const bool exists = environment.arc_agent_installed;
  return {.subject = file.empty() ? "Azure Arc's agent" : "the file " + file,
          .found = exists         ? "exists"
                   : file.empty() ? "does not run on this platform"
                                  : "does not exist",
          .present = exists};
}

expected<std::string> token_url(const host_environment& environment, bool allow_insecure) {
  const auto stated = environment.variable(endpoint_variable);
  return check_environment_url(endpoint_variable, stated.empty() ? default_url : stated,
                               allow_insecure);
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
                    "ProgramData is not set; the directory of Azure Arc's key files depends on it",
                    "Set it as Windows does, e.g. to C:\\ProgramData", 0);
    case host_platform::other:
      break;
  }
  return refuse(errc::challenge_rejected,
                "Azure Arc's challenge cannot be answered on this platform: the agent runs only on "
                "Linux and Windows",
                "Unset IDENTITY_ENDPOINT and IMDS_ENDPOINT on machines without the agent", 0);
}

expected<std::string> key_directory(const host_environment& environment, std::string_view named) {
  if (named.empty()) {
    return key_directory(environment);
  }
  const auto end = named.find_last_not_of('/');
  return std::string{named.substr(0, end == std::string_view::npos ? 0 : end + 1)};
}

expected<std::string_view> read_challenge(std::string_view challenge) {
  constexpr std::string_view beginning = "Basic realm=";
  if (challenge.empty()) {
    return reject("Azure Arc's challenge is missing: WWW-Authenticate is absent or empty");
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
  const bool is_inside = path.size() == directory.size() + 1 + name.size() &&
                         path.starts_with(directory) &&
                         path[directory.size()] == separators.front();
  const auto reject_path = [path](std::string_view problem) {
    return reject(concat({"Azure Arc's challenge names the file ", shown(path), ", ", problem}));
  };
  if (!is_inside) {
    return refuse(
        errc::challenge_rejected,
        concat({"Azure Arc's challenge names the file ", shown(path),
                ", which is not in the agent's directory, ", shown(directory)}),
        concat({"Check that Azure Arc's agent listens at ", endpoint_variable,
                "; a simulated one needs midas simulate --arc-key-directory ", directory}),
        401);
  }
  if (!name.ends_with(key_suffix) || name.size() == key_suffix.size()) {
    return reject_path("whose name is not that of a key file, <name>.key");
  }
  if (std::ranges::any_of(name, ascii::is_control)) {
    return reject_path("whose name contains control characters");
  }
  return {};
}

http_request encode(const std::string& url, const resolved_request& request) {
  http_request result;
  result.url = concat({url, "?api-version=2020-06-01&resource=", percent_encode(request.resource)});
  append_identity(result.url, imds::parameters, request.identity);
  result.ipv4_only = names_localhost(url);
  result.headers = {public_header("Metadata", "true")};
  return result;
}

expected<http_request> answer_challenge(const std::string& url, const resolved_request& request,
                                        http_response response, sys_seconds now,
                                        const expected<std::string>& directory,
                                        const credential_files& files) {
  const auto status = response.status;
  if (is_success(status)) {
    return reject(concat({"Azure Arc answered HTTP ", std::to_string(status),
                          " without a challenge, which proves this process's right to the token"}),
                  status);
  }
  if (status != 401) {
    return unexpected{read_simple_response(format_of(identity_host::azure_arc, advise), request,
                                           std::move(response), now)
                          .error()};
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
  result.proofs.emplace_back(*key);
  result.headers.push_back({"Authorization", sensitive_string{"Basic "}.append(*key)});
  return result;
}

expected<token_grant> decode(const resolved_request& request, http_response response,
                             sys_seconds now) {
  // Reading the token overwrites the body, so the confirmation reads a copy.
  const bool needs_confirmation =
      response.status == 200 && request.identity.kind() != identity_kind::system_assigned;
  auto echo = needs_confirmation ? response.body : sensitive_string{};
  auto grant = read_simple_response(format_of(identity_host::azure_arc, advise), request,
                                    std::move(response), now);
  if (grant && !confirms(std::move(echo), request.identity)) {
    return not_confirmed(request.identity);
  }
  return grant;
}

expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings) {
  auto url = token_url(environment, settings.allow_insecure);
  if (!url) {
    return unexpected{std::move(url.error())};
  }
  auto result = simple_protocol(identity_host::azure_arc, *url,
                                [url = *url](const resolved_request& request, std::string_view) {
                                  return azure_arc::encode(url, request);
                                });
  // A platform without a key directory is an error only once a challenge needs the directory.
  result.decode = [url = *url, directory = key_directory(environment, settings.arc_key_directory),
                   files = settings.files](const resolved_request& request, http_response response,
                                           sys_seconds now, unsigned leg) {
    return leg == 0 ? as_decode_result(answer_challenge(url, request, std::move(response), now,
                                                        directory, files))
                    : as_decode_result(azure_arc::decode(request, std::move(response), now));
  };
  return result;
}

}  // namespace midas::internal::azure_arc
