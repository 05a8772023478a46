#include "tools/store/store_location.hpp"

#include "messages/make_error.hpp"
#include "tools/command.hpp"

#include <CLI/CLI.hpp>

#include <cstdlib>

namespace midas::internal::tools {

namespace {

std::optional<std::string> variable(const char* name) {
  // A privileged program must not write to a file that its user names.
  const char* const value = ::secure_getenv(name);
  return value != nullptr ? std::optional<std::string>{value} : std::nullopt;
}

bool is_absolute(const std::optional<std::string>& path) { return path && path->starts_with('/'); }

}  // namespace

expected<std::string> default_store_path(const state_variables& variables) {
  constexpr auto file = "/midas/tokens.json";
  if (is_absolute(variables.state_home)) {
    return *variables.state_home + file;
  }
  if (is_absolute(variables.home)) {
    return (*variables.home == "/" ? "" : *variables.home) + "/.local/state" + file;
  }
  const bool is_unset = !variables.home || variables.home->empty();
  return fail(errc::invalid_configuration,
              "the default token store is in the home directory, but HOME is " +
                  (is_unset ? "not set" : quoted_start(*variables.home) + ", a relative path"),
              "Set HOME or XDG_STATE_HOME to the absolute path of a directory, or name a file with "
              "--store");
}

expected<std::string> store_path(const std::string& given) {
  if (given != default_store) {
    return given;
  }
  return default_store_path({.state_home = variable("XDG_STATE_HOME"), .home = variable("HOME")});
}

CLI::Option* add_store_option(CLI::App& command, std::string& value,
                              const std::string& description) {
  auto* option = command
                     .add_option("--store", value,
                                 description +
                                     "; \"default\" is\n$XDG_STATE_HOME/midas/tokens.json, or else "
                                     "~/.local/state/midas/tokens.json")
                     ->check(refuse_empty)
                     ->check(refuse_option)
                     ->type_name("PATH");
  return value.empty() ? option : option->capture_default_str();
}

}  // namespace midas::internal::tools
