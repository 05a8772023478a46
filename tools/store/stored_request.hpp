// `midas token --store`: a request that a token store may answer.
#pragma once

#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_request.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace midas::internal::tools {

struct stored_request {
  token_request request{};
  token_service_options options{};
  std::chrono::nanoseconds timeout{};
  /// The file.
  std::string store{};
};

/// The token of the store, if one answers the request; otherwise one from the host, which is saved.
/// Of many processes that request the same token at once, one asks the host while the others wait
/// for the store, for at most half of their timeouts; if the host refuses, all of these fail with
/// its refusal. A token that is due for a refresh is handed out if the host does not grant another
/// one soon.
///
/// Fails only as token_service::get() would. `warn` is called at most once, with what is wrong with
/// the store.
expected<access_token> get_with_store(const stored_request& wanted,
                                      const std::function<void(const error&)>& warn);

}  // namespace midas::internal::tools
