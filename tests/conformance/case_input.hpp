// Reads the inputs of a case: environment, identities and requests.
#pragma once

#include "tests/conformance/templates.hpp"
#include "tests/conformance/vector_file.hpp"
#include "transport/hosts/host_environment.hpp"
#include <midas/error.hpp>
#include <midas/identity_host.hpp>
#include <midas/managed_identity.hpp>
#include <midas/token_request.hpp>

#include <cstddef>
#include <string>

namespace midas::internal::conformance {

/// The environment of a case. Sets values.arc_directory, which depends on the platform.
host_environment environment_of(const json& content, template_values& values);

/// The name of a host in the cases: its option name with underscores, and "azure_arc" for "arc".
std::string name_of(identity_host host);

/// Reads an identity through its JSON form, as an application does that keeps it in a file. An
/// unknown kind keeps its name, and a missing value is omitted, so that the parser rejects them.
expected<managed_identity> identity_of(const json& identity);

/// The request of a step. A null pointer stands for a missing member.
expected<token_request> request_of(const json* identity, const json* resource, const json* options);

/// The retries of the library that the case comes from; midas has no limit by default.
std::size_t max_retries_of(const json& content);

}  // namespace midas::internal::conformance
