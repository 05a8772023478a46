#include "tools/proxy/proxy_arguments.hpp"

#include "proxy/configuration/listen_address_text.hpp"
#include "tools/command.hpp"
#include "tools/duration.hpp"

#include <CLI/CLI.hpp>

#include <chrono>
#include <string>

namespace midas::internal::tools {
namespace {

using proxy::listen_address;
using proxy::proxy_configuration;

listen_address read_listener(const std::string& option, const std::string& text) {
  auto parsed = proxy::parse_listen_address(text);
  if (!parsed) {
    throw CLI::ValidationError(option, usage_error_text(parsed.error()));
  }
  return *std::move(parsed);
}

void add_milliseconds(CLI::App& command, const std::string& name, std::chrono::milliseconds& value,
                      const std::string& description) {
  command
      .add_option_function<std::string>(
          name,
          [&value, name](const std::string& text) {
            const auto parsed = parse_duration(text);
            if (!parsed) {
              throw CLI::ValidationError(name, usage_error_text(parsed.error()));
            }
            value = std::chrono::ceil<std::chrono::milliseconds>(*parsed);
            if (value <= std::chrono::milliseconds{0}) {
              throw CLI::ValidationError(name,
                                         "the duration must be positive; give one such as 5s");
            }
          },
          description + " [" + format_duration(value) + "]")
      ->type_name("DURATION");
}

}  // namespace

void add_listener_options(CLI::App& command, proxy_configuration& configuration) {
  command
      .add_option_function<std::vector<std::string>>(
          "--listen",
          [&configuration](const std::vector<std::string>& texts) {
            for (const auto& text : texts) {
              configuration.listeners.push_back(read_listener("--listen", text));
            }
          },
          "An address and a port to listen on, such as 127.0.0.1:4180 or [::1]:0\n"
          "(0: a free port); may be repeated")
      ->type_name("ADDRESS:PORT");
  command
      .add_option_function<std::vector<std::string>>(
          "--unix",
          [&configuration](const std::vector<std::string>& paths) {
            for (const auto& path : paths) {
              configuration.listeners.push_back(read_listener("--unix", "unix:" + path));
            }
          },
          "The path of a Unix socket to listen on; may be repeated")
      ->type_name("PATH");
  command.add_flag("--allow-non-loopback", configuration.allow_non_loopback,
                   "Allow listeners that other machines can reach: all that can connect can then\n"
                   "get the tokens of this machine, over plain http");
}

void add_upstream_options(CLI::App& command, proxy_configuration& configuration) {
  command
      .add_option("--upstream", configuration.upstream,
                  "The host to get tokens from: auto (detected from the environment), the URL of\n"
                  "an IMDS, or a kind of host as for midas token --host")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("auto|URL|HOST")
      ->capture_default_str();
}

void add_access_options(CLI::App& command, proxy_configuration& configuration) {
  command
      .add_option_function<std::string>(
          "--identity-header",
          [&configuration](const std::string& text) {
            configuration.identity_header = secret{std::string_view{text}};
          },
          "The value of X-IDENTITY-HEADER that clients of the App Service protocol must\n"
          "send; other users of the machine can see it in the list of processes [a random\n"
          "one]")
      ->check(refuse_empty)
      ->check(refuse_option)
      ->type_name("SECRET");
}

void add_limit_options(CLI::App& command, proxy_configuration& configuration) {
  command
      .add_option("--workers", configuration.workers,
                  "Threads that serve clients, at most 64 [one for each processor, at most 4]")
      ->check(CLI::Range(1U, 64U))
      ->type_name("NUMBER");
  command
      .add_option("--max-connections", configuration.max_connections,
                  "Connections of all listeners together")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->type_name("NUMBER")
      ->capture_default_str();
  command
      .add_option("--max-header-bytes", configuration.max_header_bytes,
                  "Bytes of the header fields of a request")
      ->check(CLI::Range(1'024U, 1'048'576U))
      ->type_name("BYTES")
      ->capture_default_str();
  command
      .add_option("--max-cold-keys", configuration.max_cold_keys_per_client,
                  "Different tokens that a client may wait for at a time")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}))
      ->type_name("NUMBER")
      ->capture_default_str();
  add_milliseconds(command, "--header-timeout", configuration.header_timeout,
                   "How long a client may take to send a request or to take an answer");
  add_milliseconds(command, "--idle-timeout", configuration.idle_timeout,
                   "How long a connection may be idle");
  add_milliseconds(command, "--request-timeout", configuration.request_timeout,
                   "How long a client waits for a token");
  add_milliseconds(command, "--drain-timeout", configuration.drain_timeout,
                   "How long the end waits for requests in progress");
}

}  // namespace midas::internal::tools
