// The commands of the program, and the helpers with which they declare their options.
#pragma once

#include <midas/error.hpp>
#include <midas/token_service_options.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace midas::internal::tools {

/// Runs a command whose options have been parsed. Returns the exit code.
using action = std::function<int()>;

/// `midas token`: gets a token and prints it.
action add_token_command(CLI::App& program);

/// `midas doctor`: reports the detected host and whether it issues a token.
action add_doctor_command(CLI::App& program);

/// `midas simulate`: serves the identity endpoint of a simulated host until a signal stops it.
action add_simulate_command(CLI::App& program);

/// `midas load`: measures many concurrent callers against a simulator or a host.
action add_load_command(CLI::App& program);

/// `midas store`: lists and removes the tokens of a token store.
action add_store_command(CLI::App& program);

/// `midas proxy`: serves tokens to the other programs of the machine until a signal stops it.
action add_proxy_command(CLI::App& program);

/// Adds an option that takes a duration. The help shows the current `value` as its default.
CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::chrono::nanoseconds& value, const std::string& description);

/// Adds --verbose, which sets the service's log to standard error.
void add_verbose(CLI::App& command, bool& verbose);
void set_log(token_service_options& options, bool verbose);

/// Prints "command: problem" as one line on standard error, with everything in `problem` escaped
/// that does not print; see printable().
void print_error(std::string_view command, std::string_view problem);
void print_error(std::string_view command, const error& problem);

/// The message and the advice of an error, joined for CLI::ValidationError.
std::string usage_error_text(const error& problem);

/// CLI11 validators; each returns an error text, or an empty string for a valid value.
/// refuse_empty rejects the value of a variable that a script left unset, refuse_option an option
/// that was parsed as the value of the option before it.
std::string refuse_empty(const std::string& value);
std::string refuse_option(const std::string& value);

}  // namespace midas::internal::tools
