// The commands of the program. Each adds itself to the command line, and gives what runs it.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace midas::internal::tools {

/// Runs the command once the command line was read; gives the exit code.
using action = std::function<int()>;

/// `midas token`: gets a token and prints it.
action add_token_command(CLI::App& program);

/// `midas doctor`: tells what host this is, and whether a token can be had.
action add_doctor_command(CLI::App& program);

/// `midas simulate`: serves the identity endpoint of a simulated host until it is told to stop.
action add_simulate_command(CLI::App& program);

/// `midas load`: many callers ask for tokens at once, against a simulator or a host.
action add_load_command(CLI::App& program);

/// An option that takes a duration, with its default in the help.
CLI::Option* add_duration(CLI::App& command, const std::string& name,
                          std::chrono::nanoseconds& value, const std::string& description);

/// Check an option's value, and return what is wrong; nothing when all is well. An empty one, as of
/// a variable that a script left unset, is not taken for none, nor the next option for a value.
std::string refuse_empty(const std::string& value);
std::string refuse_option(const std::string& value);

}  // namespace midas::internal::tools
