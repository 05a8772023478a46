// The dialect of Azure Arc's agent, on servers outside Azure. It trusts who can read a file that it
// names in a first answer, a challenge; the content of the file goes with a second request.
// Microsoft Learn: "Authenticate against Azure resources with Azure Arc-enabled servers".
#pragma once

#include "messages/http_message.hpp"
#include "transport/hosts/credential_files.hpp"
#include "transport/hosts/host_environment.hpp"
#include "transport/hosts/host_protocol.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

namespace midas::internal::azure_arc {

/// A larger key file is not the agent's.
constexpr std::size_t max_key_bytes = 4096;

/// The URL that tokens are asked at: IDENTITY_ENDPOINT as it is, or where the agent listens when
/// that is not set. Fails as check_endpoint does, and with errc::invalid_endpoint for a query; the
/// error names the variable.
expected<std::string> token_url(const host_environment& environment, bool allow_insecure);

/// The one directory that the agent puts its key files into. Fails with errc::invalid_configuration
/// where Windows has no ProgramData, and with errc::challenge_rejected where there is no agent.
expected<std::string> key_directory(const host_environment& environment);

/// The path in a challenge, the value of WWW-Authenticate: "Basic realm=<path>", the two words in
/// upper or lower case, without quotes or another '='. Points into `challenge`. Fails with
/// errc::challenge_rejected.
expected<std::string_view> read_challenge(std::string_view challenge);

/// Whether the path of a challenge is one that the agent would name: `directory`, one separator of
/// the directory's own kind, and a name that ends in ".key" and is more than that. Compared as
/// written, so that "..", "." and doubled separators lead nowhere. Fails with
/// errc::challenge_rejected, naming the path.
expected<void> check_key_path(std::string_view path, std::string_view directory);

/// The request for a token at `url`, to be answered by a challenge. The id goes to the agent as the
/// caller wrote it, the resource without its /.default; claims do not go there. Fails as make_key
/// does.
expected<http_request> encode(const std::string& url, const token_request& request);

/// The request again, with the key that the agent's first answer asks for: read from `files` each
/// time, since the agent writes a new one each time. Fails with errc::challenge_rejected when the
/// answer is a success without a challenge, or its challenge, or the key file, is not to be
/// trusted; as key_directory did; as read_service_error says for any status but 401 that is no
/// success.
expected<http_request> answer_challenge(const std::string& url, const token_request& request,
                                        http_response response, std::chrono::sys_seconds now,
                                        const expected<std::string>& directory,
                                        const credential_files& files);

/// Reads the second answer, received at `now`, of whatever status: read_token_response and
/// read_service_error. Fails with errc::identity_not_confirmed when the token is for a
/// user-assigned identity, but the answer does not repeat its id: agents that know no such
/// identities give out the system-assigned identity's token instead.
expected<token_grant> decode(const token_request& request, http_response response,
                             std::chrono::sys_seconds now);

/// All of it. Fails as token_url does.
expected<host_protocol> make_protocol(const host_environment& environment,
                                      const host_settings& settings);

}  // namespace midas::internal::azure_arc
