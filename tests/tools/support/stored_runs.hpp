// Runs of midas token --store against a simulated host.
#pragma once

#include "tests/store/support/store_directory.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/parsed_json.hpp"
#include "tests/support/program.hpp"
#include "tests/support/vault.hpp"
#include "tools/store/stored_answer.hpp"
#include <midas/file_token_store.hpp>
#include <midas/simulated_host.hpp>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace midas::internal::test {

using words = std::vector<std::string>;

inline words command_for(const std::string& endpoint, const std::string& store,
                         const words& more = {}) {
  words result{"token", "--endpoint", endpoint, "--resource", vault_url, "--store", store};
  result.insert(result.end(), more.begin(), more.end());
  return result;
}

inline program_result run_with_store(const simulated_host& imds, const std::string& store,
                                     const words& more = {}) {
  return run_program(MIDAS_PROGRAM, command_for(imds.endpoint(), store, more));
}

inline std::string token_in(const program_result& result) {
  REQUIRE(result.exit_code == 0);
  return parsed(result.output)["access_token"].GetString();
}

/// "cache" for a token from the store.
inline std::string source_of(const program_result& result) {
  REQUIRE(result.exit_code == 0);
  return parsed(result.output)["token_source"].GetString();
}

/// The question of command_for().
inline tools::store_question question_to(const simulated_host& imds) {
  token_service_options options;
  options.endpoint = imds.endpoint();
  return tools::store_question_of({.resource = vault_url}, options).value();
}

/// What a request in the past would have left in the store.
inline stored_token kept_from(const simulated_host& imds, std::chrono::seconds age,
                              std::chrono::seconds left) {
  auto result = a_token(vault_url, "kept-token");
  result.grant.expires_on = result.cached_at + left;
  result.cached_at -= age;
  result.endpoint = question_to(imds).endpoint;
  return result;
}

inline void keep(const store_directory& files, const stored_token& token) {
  file_token_store store{{.path = files.file()}};
  REQUIRE(store.save({&token, 1}));
}

inline std::uint64_t requests_to(const simulated_host& imds) {
  return imds.statistics().token_requests;
}

}  // namespace midas::internal::test
