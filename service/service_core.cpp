#include "service/service_core.hpp"

#include "actors/cache_supervisor.hpp"
#include "service/bounded_options.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_registry.hpp"

#include <utility>

namespace midas::internal {

host_environment environment_of(const token_service_options& options) {
  if (!options.environment) {
    return environment_of_this_process();
  }
  host_environment result;
  for (const auto& each : *options.environment) {
    result.variables.insert_or_assign(each.name, each.value);
  }
  return result;
}

}  // namespace midas::internal

namespace midas::detail {

namespace {

constexpr std::chrono::seconds max_shutdown_wait{5};

expected<internal::host_protocol> find_host(const token_service_options& options,
                                            const internal::host_environment& environment) {
  internal::host_settings settings;
  settings.allow_insecure = options.allow_insecure_endpoint;
  settings.client_capabilities = options.client_capabilities;
  settings.imds_authority = options.endpoint;
  return internal::make_protocol(internal::detect_host(environment, options.host, options.endpoint),
                                 environment, settings);
}

std::shared_ptr<const internal::service_context> make_context(
    const token_service_options& options,
    const std::optional<internal::host_environment>& environment) {
  auto context = std::make_shared<internal::service_context>(internal::service_context{
      find_host(options, environment ? *environment : internal::environment_of(options))});
  context->options = options;
  // May hold secrets in plain strings, and is not needed again.
  context->options.environment.reset();
  return context;
}

host_limits limits_of(const token_service_options& options,
                      const internal::service_context& context) {
  if (options.limits) {
    return *options.limits;
  }
  return context.endpoint ? internal::default_limits(context.endpoint->host) : host_limits{};
}

std::shared_ptr<internal::http_transport> make_transport(const host_limits& limits) {
  internal::curl_multi_options options;
  options.max_connections_kept = limits.max_in_flight;
  options.max_connections_per_host = limits.max_in_flight;
  return std::make_shared<internal::curl_multi_loop>(options);
}

}  // namespace

// An actor system together with its configuration, which it refers to.
struct service_core::owned_system {
  explicit owned_system(std::size_t threads) {
    caf_compat::configure_sleeping_threads(config, threads);
    caf_compat::on_helper_thread([this] { system.emplace(config); });
  }
  owned_system(const owned_system&) = delete;
  owned_system& operator=(const owned_system&) = delete;
  ~owned_system() {
    caf_compat::on_helper_thread([this] { system.reset(); });
  }

  caf::actor_system_config config;
  std::optional<caf::actor_system> system;
};

service_core::service_core(const token_service_options& options, internal::service_parts parts)
    : service_core(bounded_tag{}, internal::bounded(options), std::move(parts)) {}

service_core::service_core(bounded_tag /*tag*/, const token_service_options& options,
                           internal::service_parts parts)
    : owned_system_(parts.system != nullptr
                        ? nullptr
                        : std::make_unique<owned_system>(options.actor_threads)),
      context_(make_context(options, parts.environment)),
      limits_(limits_of(options, *context_)),
      transport_(parts.transport != nullptr ? std::move(parts.transport) : make_transport(limits_)),
      frontend_(std::make_shared<service_frontend>(
          context_, internal::cache_supervisor::start(
                        parts.system != nullptr ? *parts.system : *owned_system_->system,
                        {context_, transport_, limits_}))) {}

service_core::~service_core() { shutdown(); }

void service_core::shutdown() {
  const std::lock_guard lock{shutdown_mutex_};
  if (!frontend_->close()) {
    return;
  }
  context_->table->close();
  frontend_->cache().close();
  // Bounded, because the application may be blocking the threads of its actor system, and the
  // actors cannot end then.
  context_->live_actors->wait_for(max_shutdown_wait);
  transport_->stop();
}

token_service_statistics service_core::statistics() const {
  const auto& counters = *context_->counters;
  token_service_statistics result;
  const auto hits = context_->table->hits().total();
  result.tokens = counters.tokens.load() + hits;
  result.errors = counters.errors.load();
  result.cache_hits = counters.cache_hits.load() + hits;
  result.coalesced = counters.coalesced.load();
  result.acquisitions = counters.acquisitions.load();
  result.refreshes = counters.refreshes.load();
  result.retries = counters.retries.load();
  result.throttled = counters.throttled.load();
  result.keys = context_->table->size();
  result.http = transport_->statistics();
  return result;
}

}  // namespace midas::detail
