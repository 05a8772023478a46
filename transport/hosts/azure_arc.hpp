// The protocol of Azure Arc's agent, on servers outside Azure. The agent trusts callers that can
// read a file that it names in its first response, a challenge; the second request carries the
// content of the file. Microsoft Learn: "Authenticate against Azure resources with Azure
// Arc-enabled servers".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/credential_files.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_profile.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal::azure_arc {

/// The agent writes no larger key files.
constexpr std::size_t max_key_bytes = 4096;

/// Evidence of an installed agent, which identifies the host without variables.
host_evidence look_for_agent(const host_environment& environment);

/// The URL of the token endpoint: IDENTITY_ENDPOINT, unchanged, or the agent's default address if
/// that is not set. Fails as check_environment_url does.
expected<std::string> token_url(const host_environment& environment, bool allow_insecure);

/// The directory of the agent's key files. Fails with errc::invalid_configuration on Windows
/// without ProgramData, and with errc::challenge_rejected on platforms without an agent.
expected<std::string> key_directory(const host_environment& environment);

/// The directory that the application names, without separators at its end; key_directory() if it
/// names none.
expected<std::string> key_directory(const host_environment& environment, std::string_view named);

/// The path in a challenge, the value of WWW-Authenticate: "Basic realm=<path>", with the two words
/// in upper or lower case, and without quotes or another '='. Points into `challenge`. Fails with
/// errc::challenge_rejected.
expected<std::string_view> read_challenge(std::string_view challenge);

/// Accepts only paths that the agent would name: `directory`, one separator of its kind, and a name
/// that ends in ".key" and is longer than that. The comparison is textual, so that "..", "." and
/// doubled separators are rejected. Fails with errc::challenge_rejected, naming the path.
expected<void> check_key_path(std::string_view path, std::string_view directory);

/// The request for a token at `url`, which the agent answers with a challenge. Claims are not sent:
/// the agent does not support them.
http_request encode(const std::string& url, const resolved_request& request);

/// The request again, with the key that the first response asks for, which is read from `files`
/// each time, since the agent writes a new key file for each challenge. Fails with
/// errc::challenge_rejected if the response is a success instead of a challenge, or if the
/// challenge or the key file cannot be trusted; with the error of `directory`; and as
/// read_service_error says for any other status than 401.
expected<http_request> answer_challenge(const std::string& url, const resolved_request& request,
                                        http_response response, std::chrono::sys_seconds now,
                                        const expected<std::string>& directory,
                                        const credential_files& files);

/// Reads the second response; fails as read_simple_response does, and with
/// errc::identity_not_confirmed if the token is for a user-assigned identity, but the response does
/// not repeat its id: agents without support for such identities return the token of the
/// system-assigned identity instead.
expected<token_grant> decode(const resolved_request& request, http_response response,
                             std::chrono::sys_seconds now);

/// Fails as token_url does.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::azure_arc
