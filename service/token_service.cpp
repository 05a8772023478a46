#include "actors/cache_supervisor.hpp"
#include "messages/token_waiter.hpp"
#include "service/service_frontend.hpp"
#include "service/token_service_access.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/hosts/host_detection.hpp"
#include "transport/hosts/host_registry.hpp"
#include <midas/token_handle.hpp>
#include <midas/token_service.hpp>

#include <mutex>
#include <utility>

namespace midas {

namespace {

constexpr std::chrono::seconds max_shutdown_wait{5};

expected<host_protocol> find_endpoint(const token_service_options& settings) {
  const auto environment =
      settings.environment ? *settings.environment : environment_of_this_process();
  host_settings dialect;
  dialect.allow_insecure = settings.allow_insecure_endpoint;
  dialect.client_capabilities = settings.client_capabilities;
  dialect.imds_authority = settings.endpoint;
  return make_protocol(detect_host(environment, settings.host, settings.endpoint), environment,
                       dialect);
}

std::shared_ptr<const service_context> make_context(const token_service_options& settings) {
  auto context = std::make_shared<service_context>(service_context{find_endpoint(settings)});
  context->connect_timeout = settings.connect_timeout;
  context->attempt_timeout = settings.attempt_timeout;
  context->max_response_bytes = settings.max_response_bytes;
  context->retries = settings.retries;
  context->negative_cache_ttl = settings.negative_cache_ttl;
  return context;
}

host_limits limits_of(const token_service_options& settings, const service_context& context) {
  if (settings.limits) {
    return *settings.limits;
  }
  return context.endpoint ? default_limits(context.endpoint->host) : host_limits{};
}

std::shared_ptr<http_transport> make_transport(const host_limits& limits) {
  curl_multi_options options;
  options.max_connections_kept = limits.max_in_flight;
  options.max_connections_per_host = limits.max_in_flight;
  return std::make_shared<curl_multi_loop>(options);
}

// An actor system and the configuration that it refers to.
struct private_system {
  explicit private_system(std::size_t threads) {
    caf_compat::configure_sleeping_threads(config, threads);
    caf_compat::on_helper_thread([this] { system.emplace(config); });
  }
  private_system(const private_system&) = delete;
  private_system& operator=(const private_system&) = delete;
  ~private_system() {
    caf_compat::on_helper_thread([this] { system.reset(); });
  }

  caf::actor_system_config config;
  std::optional<caf::actor_system> system;
};

std::unique_ptr<private_system> make_system(const token_service_options& settings) {
  return std::make_unique<private_system>(settings.actor_threads);
}

}  // namespace

struct token_service::core {
  core(std::unique_ptr<private_system> owned, caf::actor_system* lent, const options& settings,
       std::shared_ptr<http_transport> way)
      : own_system(std::move(owned)),
        context(make_context(settings)),
        limits(limits_of(settings, *context)),
        transport(way != nullptr ? std::move(way) : make_transport(limits)),
        front(std::make_shared<service_frontend>(
            context, cache_supervisor::start(lent != nullptr ? *lent : *own_system->system,
                                             {context, transport, limits, settings.default_timeout,
                                              settings.idle_key_timeout,
                                              std::max<std::size_t>(1, settings.max_keys)}))) {}
  core(const core&) = delete;
  core& operator=(const core&) = delete;
  ~core() { shutdown(); }

  void shutdown() {
    const std::lock_guard lock{shutdown_mutex};
    if (!front->close()) {
      return;
    }
    context->table->close();
    front->cache().close();
    // Not without a bound: in an application's system, whose threads the application may be
    // blocking, our actors may not get to run.
    context->live_actors->wait_for(max_shutdown_wait);
    transport->stop();
  }

  // Destroyed last: it waits for its actors.
  const std::unique_ptr<private_system> own_system;
  const std::shared_ptr<const service_context> context;
  const host_limits limits;
  const std::shared_ptr<http_transport> transport;
  // Kept alive by handles, too.
  const std::shared_ptr<const service_frontend> front;
  std::mutex shutdown_mutex;
};

token_service::token_service(std::unique_ptr<core> made)
    : core_(std::move(made)), table_(core_->front->table().id()) {}

token_service::token_service(const options& settings)
    : token_service(std::make_unique<core>(make_system(settings), nullptr, settings, nullptr)) {}

token_service::token_service(caf::actor_system& system, const options& settings)
    : token_service(std::make_unique<core>(nullptr, &system, settings, nullptr)) {}

token_service::token_service(const options& settings, std::shared_ptr<http_transport> transport)
    : token_service(
          std::make_unique<core>(make_system(settings), nullptr, settings, std::move(transport))) {}

token_service::token_service(caf::actor_system& system, const options& settings,
                             std::shared_ptr<http_transport> transport)
    : token_service(std::make_unique<core>(nullptr, &system, settings, std::move(transport))) {}

token_service::~token_service() = default;

token_service& token_service::shared() {
  static token_service instance;
  return instance;
}

std::optional<access_token> token_service::read(const token_lookup& lookup) const {
  return core_->front->read(lookup);
}

token_handle token_service::for_resource(std::string resource, managed_identity identity) {
  return {core_->front, {.identity = std::move(identity), .resource = std::move(resource)}};
}

std::optional<access_token> token_service::cached_unless_cancelled(const token_request& request,
                                                   const std::stop_token& stop) {
  return stop.stop_requested() ? std::nullopt : try_get(request);
}

void token_service::get_async(const token_request& request, std::chrono::nanoseconds timeout,
                              callback done, const std::stop_token& stop) {
  if (auto token = cached_unless_cancelled(request, stop)) {
    token_waiter::complete(done, *std::move(token));
  } else {
    core_->front->get_async(request, timeout, std::move(done), stop);
  }
}

expected<access_token> token_service::get(const token_request& request,
                                          std::chrono::nanoseconds timeout,
                                          const std::stop_token& stop) {
  if (auto token = cached_unless_cancelled(request, stop)) {
    return *std::move(token);
  }
  return core_->front->get(request, timeout, stop);
}

token_awaitable token_service::async_get(const token_request& request,
                                         std::chrono::nanoseconds timeout,
                                         const std::stop_token& stop) {
  if (auto token = cached_unless_cancelled(request, stop)) {
    return token_awaitable{*std::move(token)};
  }
  return {*core_->front, request, timeout, stop};
}

token_service_statistics token_service::statistics() const {
  const auto& counters = *core_->context->counters;
  token_service_statistics result;
  const auto hits = core_->context->table->hits().total();
  result.tokens = counters.tokens.load() + hits;
  result.errors = counters.errors.load();
  result.cache_hits = counters.cache_hits.load() + hits;
  result.coalesced = counters.coalesced.load();
  result.acquisitions = counters.acquisitions.load();
  result.refreshes = counters.refreshes.load();
  result.retries = counters.retries.load();
  result.throttled = counters.throttled.load();
  result.keys = core_->context->table->size();
  result.http = core_->transport->statistics();
  return result;
}

event_subscription token_service::observe(std::function<void(const token_event&)> tell) {
  const auto& to = core_->context->observers;
  return {to, to->add(std::move(tell))};
}

void token_service::shutdown() { core_->shutdown(); }

cache_actor token_service_access::cache(const token_service& service) {
  return service.core_->front->cache().current();
}

cache_actor token_service_access::cache(const token_handle& handle) {
  return handle.front().cache().current();
}

}  // namespace midas
