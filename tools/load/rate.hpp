// Rates and stages on the command line: "5000/s", "10s:100/s,30s:100/s..1000/s".
#pragma once

#include "tools/load/arrival_schedule.hpp"
#include <midas/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace midas::internal::tools {

/// Parses a number and a unit: /s, /min or /h; without a unit it is per second. Returns requests
/// per second. Fails with errc::invalid_configuration for any other text, for a rate that is not
/// positive, and for more than ten million per second.
expected<double> parse_rate(std::string_view text);

/// Parses stages, separated by commas. Each is DURATION:RATE, which holds the rate,
/// DURATION:RATE..RATE, a linear ramp, or DURATION:..RATE, a ramp from the rate at which the stage
/// before it ends; the first begins at 0 then. One end of a ramp may be 0. Fails with
/// errc::invalid_configuration for any other text and for a stage without length.
expected<std::vector<load_stage>> parse_stages(std::string_view text);

/// "5000/s", "0.5/s".
std::string format_rate(double per_second);

}  // namespace midas::internal::tools
