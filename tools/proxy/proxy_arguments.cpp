#include "tools/proxy/proxy_arguments.hpp"

#include "proxy/configuration/listen_address_text.hpp"
#include "tools/command.hpp"
#include "tools/duration.hpp"
#include "tools/environment_text.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <cstddef>

namespace midas::internal::tools {
namespace {

using proxy::listen_address;

/// Declares options that set members of the configuration.
class option_declarer {
 public:
  option_declarer(CLI::App& command, proxy_arguments& arguments)
      : command_(command), arguments_(arguments) {}

  [[nodiscard]] proxy::proxy_configuration& values() { return arguments_.configuration; }

  template <class Value>
  CLI::Option* add(std::string_view member, const std::string& name, Value& value,
                   const std::string& description) {
    return note(member, command_.add_option(name, value, description));
  }

  /// The option may be repeated.
  template <class Value>
  void add_list(std::string_view member, const std::string& name,
                std::optional<std::vector<Value>>& values, const std::string& description,
                const std::string& type) {
    note(member, command_.add_option_function<std::vector<Value>>(
                     name, [&values](const std::vector<Value>& given) { values = given; },
                     description + "; may be repeated"))
        ->type_name(type);
  }

  void add_addresses(const std::string& name, const std::string& prefix,
                     const std::string& description, const std::string& type) {
    note("listeners", command_.add_option_function<std::vector<std::string>>(
                          name,
                          [&listeners = values().listeners, name,
                           prefix](const std::vector<std::string>& texts) {
                            for (const auto& text : texts) {
                              listeners.push_back(address(name, prefix + text));
                            }
                          },
                          description))
        ->type_name(type);
  }

  void add_flag(std::string_view member, const std::string& name, bool& value,
                const std::string& description) {
    note(member, command_.add_flag(name, value, description));
  }

  void add_time(std::string_view member, const std::string& name, std::chrono::milliseconds& value,
                const std::string& description) {
    note(member, command_.add_option_function<std::string>(
                     name,
                     [&value, name](const std::string& text) {
                       const auto parsed = parse_duration(text);
                       if (!parsed) {
                         throw CLI::ValidationError(name, usage_error_text(parsed.error()));
                       }
                       value = std::chrono::ceil<std::chrono::milliseconds>(*parsed);
                     },
                     description + " [" + format_duration(value) + "]"))
        ->type_name("DURATION");
  }

  void add_metrics() {
    note("metrics", command_.add_option_function<std::string>(
                        "--metrics",
                        [&metrics = values().metrics](const std::string& text) {
                          metrics = address("--metrics", text);
                        },
                        "Where to serve metrics for Prometheus and a status page [nowhere]"))
        ->type_name("ADDRESS:PORT");
  }

  void add_identity_header() {
    note("identity_header",
         command_.add_option_function<std::string>(
             "--identity-header",
             [&header = values().identity_header](const std::string& text) {
               header = secret{std::string_view{text}};
             },
             "The value of X-IDENTITY-HEADER that clients of the App Service protocol must\n"
             "send; other users of the machine can see it in the list of processes [a random\n"
             "one]"))
        ->check(refuse_empty)
        ->check(refuse_option)
        ->type_name("SECRET");
  }

 private:
  CLI::Option* note(std::string_view member, CLI::Option* option) {
    arguments_.members.emplace_back(option, member);
    return option;
  }

  static listen_address address(const std::string& option, const std::string& text) {
    auto parsed = proxy::parse_listen_address(text);
    if (!parsed) {
      throw CLI::ValidationError(option, usage_error_text(parsed.error()));
    }
    return *std::move(parsed);
  }

  CLI::App& command_;
  proxy_arguments& arguments_;
};

void add_listener_options(option_declarer& options) {
  auto& values = options.values();
  options.add_addresses("--listen", "",
                        "An address and a port to listen on; port 0 picks a free one; may be\n"
                        "repeated [" +
                            std::string{default_listener} + "]",
                        "ADDRESS:PORT");
  options.add_addresses("--unix",
                        "unix:", "The path of a Unix socket to listen on; may be repeated", "PATH");
  options.add_flag("allow_non_loopback", "--allow-non-loopback", values.allow_non_loopback,
                   "Allow listeners that other machines can reach: all that can connect can then\n"
                   "get the tokens of this machine, over plain http");
}

void add_upstream_options(option_declarer& options) {
  options
      .add("upstream", "--upstream", options.values().upstream,
           "The host to get tokens from: auto (detected from the environment), the URL of\n"
           "an IMDS, or a kind of host as for midas token --host")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("auto|URL|HOST")
      ->capture_default_str();
}

void add_access_options(option_declarer& options) {
  auto& values = options.values();
  options.add_identity_header();
  options
      .add("identity_header_file", "--identity-header-file", values.identity_header_file,
           "A file with that value; created with a random one if it does not exist")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("FILE");
  options.add_list("allowed_uids", "--allow-uid", values.allowed_uids,
                   "A user that may connect, by number [all]", "UID");
  options.add_list("tokens.resources", "--allow-resource", values.tokens.resources,
                   "A resource that clients may get tokens for [all]", "URI");
  options.add_list("tokens.identities", "--allow-identity", values.tokens.identities,
                   "An identity that clients may use: an id, or system-assigned [all]", "ID");
  options
      .add("allowed_hosts", "--allow-host", values.allowed_hosts,
           "A name of the proxy that clients may use, besides localhost and its\n"
           "addresses; may be repeated")
      ->type_name("NAME");
}

void add_limit_options(option_declarer& options) {
  auto& values = options.values();
  options
      .add("workers", "--workers", values.workers,
           "Threads that serve clients, at most 64 [one for each processor, at most 4]")
      ->type_name("NUMBER");
  options
      .add("max_connections", "--max-connections", values.max_connections,
           "Connections of all listeners together")
      ->type_name("NUMBER")
      ->capture_default_str();
  options
      .add("max_connections_per_client", "--max-connections-per-client",
           values.max_connections_per_client,
           "Connections of one user, or of one address if the user is unknown; 0: a quarter\n"
           "of --max-connections, but at least 64")
      ->type_name("NUMBER")
      ->capture_default_str();
  options
      .add("max_header_bytes", "--max-header-bytes", values.max_header_bytes,
           "Bytes of the header fields of a request")
      ->type_name("BYTES")
      ->capture_default_str();
  options
      .add("max_cold_keys_per_client", "--max-cold-keys", values.max_cold_keys_per_client,
           "Different tokens that a client may wait for at a time")
      ->type_name("NUMBER")
      ->capture_default_str();
  options.add_time("header_timeout", "--header-timeout", values.header_timeout,
                   "How long a client may take to send a request or to take an answer");
  options.add_time("idle_timeout", "--idle-timeout", values.idle_timeout,
                   "How long a connection may be idle");
  options.add_time("request_timeout", "--request-timeout", values.request_timeout,
                   "How long a client waits for a token");
  options.add_time("drain_timeout", "--drain-timeout", values.drain_timeout,
                   "How long to wait for requests in progress before exiting");
}

void add_operation_options(option_declarer& options) {
  auto& values = options.values();
  options.add_metrics();
  options
      .add("admin_path", "--admin", values.admin_path,
           "The path of a Unix socket for the administrator, with mode 0600 [none]")
      ->type_name("PATH");
  options
      .add("access_log", "--access-log", values.access_log,
           "The file that gets a line of JSON for each request; -: standard output [none]")
      ->type_name("FILE");
}

}  // namespace

void add_proxy_options(CLI::App& command, proxy_arguments& arguments) {
  option_declarer options{command, arguments};
  command
      .add_option("--config", arguments.file,
                  "A configuration file (docs/proxy_configuration.md); other options override it")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("FILE");
  command.add_flag("--check-config", arguments.check_only,
                   "Check the configuration, print every problem, and exit");
  command
      .add_option("--print-env", arguments.print_environment,
                  "Print the environment variables that lead clients to the proxy, and exit:\n"
                  "sh, powershell, docker, systemd, kubernetes or json")
      ->check(CLI::IsMember(environment_format_names()))
      ->type_name("FORMAT");
  add_listener_options(options);
  add_upstream_options(options);
  add_access_options(options);
  add_limit_options(options);
  add_operation_options(options);
  add_verbose(command, arguments.verbose);
}

}  // namespace midas::internal::tools
