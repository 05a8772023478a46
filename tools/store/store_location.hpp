// Where the token store of the program is.
#pragma once

#include <midas/error.hpp>

#include <optional>
#include <string>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace midas::internal::tools {

/// The value of --store that stands for the user's own store.
inline constexpr const char* default_store = "default";

/// The environment variables that say where programs keep their state; empty if they are not set.
struct state_variables {
  std::optional<std::string> state_home;
  std::optional<std::string> home;
};

/// $XDG_STATE_HOME/midas/tokens.json, or $HOME/.local/state/midas/tokens.json, as the XDG Base
/// Directory Specification has it: a variable that is empty or not an absolute path counts as not
/// set. Fails with errc::invalid_configuration, naming HOME, if neither is set.
expected<std::string> default_store_path(const state_variables& variables);

/// The path that --store means. Fails as default_store_path() does.
expected<std::string> store_path(const std::string& given);

/// Adds --store. The help shows `value`, if it is not empty, as the default.
CLI::Option* add_store_option(CLI::App& command, std::string& value,
                              const std::string& description);

}  // namespace midas::internal::tools
