#include "simulator/faults/fault_control.hpp"
#include "simulator/faults/fault_injector.hpp"
#include "simulator/hosts/host_registry.hpp"
#include "simulator/hosts/private_directory.hpp"
#include "simulator/hosts/simulated_workload_identity.hpp"
#include "simulator/http/http_server.hpp"
#include "simulator/http/tls_certificate.hpp"
#include "simulator/http/traffic_counter.hpp"
#include "simulator/tokens/random_text.hpp"
#include <midas/simulated_host.hpp>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace midas {

namespace simulator = internal::simulator;

namespace {

using namespace std::chrono_literals;

void require(bool in_range, std::string_view option, std::string_view range) {
  if (!in_range) {
    throw std::invalid_argument(
        std::string("the simulator's ").append(option).append(" must be ").append(range));
  }
}

bool is_visible_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < '\x7f'; });
}

simulated_host_options checked(simulated_host_options options) {
  require(options.latency >= 0ns && options.latency <= 24h, "latency", "between zero and 24 hours");
  require(options.expires_in >= 0s && options.expires_in <= std::chrono::years{100}, "expires_in",
          "between zero and 100 years");
  require(options.time_factor >= 1 && options.time_factor <= 1'000'000, "time_factor",
          "between one and a million");
  require(options.idle_timeout >= 1ms && options.idle_timeout <= 24h, "idle_timeout",
          "between one millisecond and 24 hours");
  require(options.stop_timeout >= 0ms && options.stop_timeout <= 60s, "stop_timeout",
          "between zero and one minute");
  require(options.limit_per_second <= 1'000'000, "limit_per_second",
          "at most a million; 0 means no limit");
  require(options.journal_size <= 10'000'000, "journal_size",
          "at most ten million; 0 means no journal");
  require(
      is_visible_ascii(options.secret), "secret",
      "visible ASCII characters, since it is sent in a header; leave it empty for a random one");
  require(!options.identity_binding ||
              (simulator::row_of(options.host).supports_identity_binding && !options.plain_http),
          "identity_binding", "set only for workload identity, and without plain_http");
  if (options.secret.empty()) {
    options.secret = simulator::random_hexadecimal(16);
  }
  return options;
}

simulator::http_server_options server_options(const simulated_host_options& options) {
  simulator::http_server_options result;
  result.address = options.address;
  result.allow_any_address = options.allow_any_address;
  result.port = options.port;
  result.idle_timeout = options.idle_timeout;
  result.stop_timeout = options.stop_timeout;
  result.body_limit = simulator::max_rules_bytes;
  return result;
}

/// The directory of a file; empty if `file` is.
std::string directory_of(const std::string& file) {
  return file.empty() ? file : std::filesystem::absolute(file).parent_path().string();
}

/// The certificate of an https host, and the file that clients verify it by: its own certificate,
/// or that of the authority that signed it.
class tls_identity {
 public:
  explicit tls_identity(const simulated_host_options& options)
      : options_(options), directory_(directory_of(options.certificate_file)) {
    const auto name = std::filesystem::path(options.certificate_file).filename().string();
    file_ = directory_.write(name.empty() ? "certificate.pem" : name, make());
  }

  [[nodiscard]] std::string server_name() const {
    return std::string(options_.identity_binding ? simulator::token_proxy_name : "");
  }
  [[nodiscard]] const std::shared_ptr<const simulator::tls_certificate>& certificate()
      const noexcept {
    return certificate_;
  }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }

  void rotate_in(simulator::http_server& server) {
    const std::lock_guard lock(mutex_);
    const auto trusted = make();
    server.replace_certificate(certificate_);
    directory_.replace(file_, trusted);
  }

 private:
  /// Makes a certificate, and returns the one to verify it by.
  std::string make() {
    if (!options_.identity_binding) {
      certificate_ = std::make_shared<const simulator::tls_certificate>(options_.address);
      return certificate_->pem();
    }
    const auto authority = simulator::tls_certificate::authority();
    certificate_ =
        std::make_shared<const simulator::tls_certificate>(authority.issue(server_name()));
    return authority.pem();
  }

  const simulated_host_options& options_;
  std::mutex mutex_;
  std::shared_ptr<const simulator::tls_certificate> certificate_;
  simulator::private_directory directory_;
  std::string file_;
};

}  // namespace

class simulated_host::implementation {
 public:
  explicit implementation(simulated_host_options given) : options_(checked(std::move(given))) {
    const auto& row = simulator::row_of(options_.host);
    auto server = server_options(options_);
    simulator::check_address(server);
    if (row.uses_tls(options_)) {
      tls_.emplace(options_);
      server.certificate = tls_->certificate();
      server.server_name = tls_->server_name();
      thumbprint_ = options_.identity_binding ? "" : tls_->certificate()->thumbprint();
    }
    protocol_ = row.make(options_, thumbprint_);
    injector_.emplace(options_, *protocol_);
    control_.emplace(*injector_,
                     options_.allow_remote_faults || simulator::is_loopback(server.address));
    server_.emplace(
        server,
        [this](const simulator::request_view& request, std::chrono::system_clock::time_point now,
               simulator::response& out) { answer(request, now, out); },
        counter_, &*injector_);
    environment_ = protocol_->environment(server_->endpoint());
    if (options_.identity_binding) {
      std::ranges::move(simulator::token_proxy_environment(server_->endpoint(), tls_->file()),
                        std::back_inserter(environment_));
    }
  }

  [[nodiscard]] const simulator::http_server& server() const noexcept { return *server_; }
  [[nodiscard]] const std::vector<environment_variable>& environment() const noexcept {
    return environment_;
  }
  [[nodiscard]] token_service_options service_options() const {
    token_service_options result;
    result.host = options_.host;
    result.environment = environment_;
    result.allow_insecure_endpoint = options_.plain_http || options_.allow_any_address;
    result.ca_file = certificate_file();
    result.arc_key_directory = arc_key_directory();
    result.identity_binding = options_.identity_binding;
    return result;
  }
  [[nodiscard]] const std::string& thumbprint() const noexcept { return thumbprint_; }
  [[nodiscard]] const std::string& certificate_file() const noexcept {
    static const std::string none;
    return tls_ ? tls_->file() : none;
  }
  [[nodiscard]] const std::string& arc_key_directory() const noexcept {
    return protocol_->key_directory();
  }
  [[nodiscard]] simulated_host_statistics statistics() const { return counter_.snapshot(); }
  [[nodiscard]] simulator::fault_injector& faults() noexcept { return *injector_; }
  void rotate_authority() {
    if (options_.identity_binding) {
      tls_->rotate_in(*server_);
    }
  }
  void stop() { server_->stop(); }

 private:
  void answer(const simulator::request_view& request, std::chrono::system_clock::time_point now,
              simulator::response& out) {
    if (request.path() == "/stats" && is_read(request)) {
      return write_json(to_json(counter_.snapshot()), out);
    }
    if (request.path() == "/journal" && is_read(request)) {
      return write_json(to_json(injector_->journal(), injector_->start()), out);
    }
    if (request.path() == simulator::fault_control::path) {
      return control_->answer(request, out);
    }
    injector_->answer(request, now, out);
  }

  static bool is_read(const simulator::request_view& request) {
    return request.method == "GET" || request.method == "HEAD";
  }

  static void write_json(std::string json, simulator::response& out) {
    out.counted = false;
    out.add_field("Content-Type", "application/json");
    out.body = std::move(json);
  }

  simulated_host_options options_;
  std::optional<tls_identity> tls_;
  std::string thumbprint_;
  simulator::traffic_counter counter_;
  std::unique_ptr<simulator::simulated_protocol> protocol_;
  std::optional<simulator::fault_injector> injector_;
  std::optional<simulator::fault_control> control_;
  std::vector<environment_variable> environment_;
  // Declared last, so that its thread ends before the members that it uses are destroyed.
  std::optional<simulator::http_server> server_;
};

simulated_host::simulated_host(const simulated_host_options& options)
    : implementation_(std::make_unique<implementation>(options)) {}

simulated_host::~simulated_host() = default;

const std::string& simulated_host::endpoint() const noexcept {
  return implementation_->server().endpoint();
}

std::uint16_t simulated_host::port() const noexcept { return implementation_->server().port(); }

const std::vector<environment_variable>& simulated_host::environment() const noexcept {
  return implementation_->environment();
}

token_service_options simulated_host::options() const { return implementation_->service_options(); }

const std::string& simulated_host::certificate_file() const noexcept {
  return implementation_->certificate_file();
}

const std::string& simulated_host::certificate_thumbprint() const noexcept {
  return implementation_->thumbprint();
}

const std::string& simulated_host::arc_key_directory() const noexcept {
  return implementation_->arc_key_directory();
}

simulated_host_statistics simulated_host::statistics() const {
  return implementation_->statistics();
}

std::uint64_t simulated_host::seed() const { return implementation_->faults().seed(); }

void simulated_host::set_fault_rules(std::string_view json) {
  implementation_->faults().set_rules(json);
}

std::string simulated_host::fault_rules() const { return implementation_->faults().rules_text(); }

std::vector<journal_entry> simulated_host::journal() const {
  return implementation_->faults().journal();
}

void simulated_host::rotate_authority() { implementation_->rotate_authority(); }

void simulated_host::stop() { implementation_->stop(); }

}  // namespace midas
