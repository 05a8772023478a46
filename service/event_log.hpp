// The log of a token service: its events as lines of text.
#pragma once

#include "actors/support/observers.hpp"
#include "transport/hosts/host_environment.hpp"
#include <midas/token_event.hpp>
#include <midas/token_service_options.hpp>

#include <optional>
#include <string_view>

namespace midas::internal {

/// "error", "info" or "debug", in any case of letters; empty for any other text.
std::optional<event_severity> read_severity(std::string_view text) noexcept;

/// Adds token_service_options::log to the observers, or, if there is none, the log to standard
/// error that the environment asks for. An invalid value of MIDAS_LOG is reported on standard
/// error. The lines name `default_identity` in place of the system-assigned identity, unless it is
/// empty.
void add_log(observers& to, const token_service_options& options,
             const host_environment& environment, const std::string& default_identity);

}  // namespace midas::internal
