#include "service/service_core.hpp"

#include "actors/cache_supervisor.hpp"
#include "actors/support/store_calls.hpp"
#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "service/bounded_options.hpp"
#include "service/configured_identity.hpp"
#include "service/event_log.hpp"
#include "service/find_host.hpp"
#include "service/store_thread.hpp"
#include "service/transport_options.hpp"
#include "service/worker_threads.hpp"
#include "transport/curl/curl_multi_loop.hpp"
#include "transport/hosts/host_registry.hpp"

#include <exception>
#include <future>
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

// Held while a service starts.
constinit std::mutex start_mutex;
const internal::lock_during_fork start_mutex_in_fork{start_mutex, internal::lock_rank::outer};

// How long exit() waits for observers and the transport at most.
constexpr std::chrono::milliseconds max_exit_wait{250};

token_event introduction_of(const internal::service_context& context) {
  if (!context.endpoint) {
    return host_unusable{context.endpoint.error()};
  }
  const auto& host = *context.endpoint;
  return host_chosen{host.host, host.address, host.reason};
}

void start_log(const internal::service_context& context, const token_service_options& options,
               const internal::host_environment& environment) {
  auto& observers = *context.observers;
  observers.introduce_with(introduction_of(context));
  if (context.endpoint && context.endpoint->default_identity) {
    observers.name_default_identity(context.endpoint->default_identity->identity);
  }
  internal::add_log(observers, options, environment,
                    context.endpoint && !context.endpoint->default_identity
                        ? internal::default_identity_of(*context.endpoint)
                        : std::string{});
  observers.introduce();
}

// Null without a store, and if no request can succeed.
std::shared_ptr<internal::store_calls> make_store(const internal::service_context& context) {
  const auto& options = context.options;
  if (options.store == nullptr || !context.endpoint) {
    return nullptr;
  }
  return std::make_shared<internal::store_calls>(
      options.store, std::make_shared<internal::store_thread>(),
      internal::store_owner_of(*context.endpoint), options.max_keys);
}

std::shared_ptr<const internal::service_context> make_context(
    const token_service_options& options,
    const std::optional<internal::host_environment>& environment) {
  const auto read = environment ? *environment : internal::environment_of(options);
  auto context = std::make_shared<internal::service_context>(
      internal::service_context{internal::find_host(options, read)});
  context->options = options;
  if (const auto configured = internal::configure_identity(options, read)) {
    context->options.identity = configured->identity;
  } else {
    context->endpoint = unexpected{configured.error()};
  }
  // May hold secrets in plain strings, and is not needed again.
  context->options.environment.reset();
  context->store = make_store(*context);
  context->options.store = nullptr;
  // Belongs to the observers, which end with the service; the context may outlive it.
  context->options.log = nullptr;
  start_log(*context, options, read);
  return context;
}

host_limits limits_of(const internal::service_context& context) {
  if (context.options.limits) {
    return *context.options.limits;
  }
  return context.endpoint ? internal::default_limits(context.endpoint->host) : host_limits{};
}

}  // namespace

// An actor system together with its configuration, which it refers to.
class service_core::owned_system {
 public:
  owned_system(std::size_t threads, bool has_store) : parts_(std::make_unique<parts>()) {
    // Besides the workers: CAF's clock, CAF's printer, the helper below, the transport, and the
    // token store.
    internal::require_threads(threads + (has_store ? 5 : 4));
    init_global_meta_objects();
    caf_compat::configure_sleeping_threads(parts_->config, threads);
    caf_compat::on_helper_thread([this] { parts_->system.emplace(parts_->config); });
  }
  owned_system(const owned_system&) = delete;
  owned_system& operator=(const owned_system&) = delete;
  ~owned_system() {
    // Without a helper thread, the system stays: its threads sleep.
    auto* const ended = parts_.release();
    internal::run_on_new_thread([ended] { delete ended; });
  }

  [[nodiscard]] caf::actor_system& system() noexcept { return *parts_->system; }

 private:
  struct parts {
    caf::actor_system_config config;
    std::optional<caf::actor_system> system;
  };
  std::unique_ptr<parts> parts_;
};

service_core::service_core(const token_service_options& options, internal::service_parts parts)
    : context_(make_context(internal::bounded(options), parts.environment)),
      limits_(limits_of(*context_)),
      frontend_(std::make_shared<service_frontend>(context_, start(std::move(parts)))) {}

service_core::~service_core() { shutdown(); }

expected<service_frontend::running_actors> service_core::start(internal::service_parts parts) {
  // A fork waits until the service is complete.
  const std::lock_guard lock{start_mutex};
  try {
    return try_start(std::move(parts));
  } catch (const std::exception& failure) {
    transport_.reset();
    owned_system_.reset();
    return internal::fail(errc::not_started,
                          internal::concat({"the token service could not start: ", failure.what()}),
                          "Raise the limits of this process, user or container on threads and "
                          "memory (ulimit -u, TasksMax, pids.max), and create the service again");
  }
}

expected<service_frontend::running_actors> service_core::try_start(internal::service_parts parts) {
  if (parts.system == nullptr) {
    owned_system_ =
        std::make_unique<owned_system>(context_->options.actor_threads, context_->store != nullptr);
  } else if (!internal::are_messages_registered()) {
    return internal::fail(errc::not_started, "the message types of midas are not registered in CAF",
                          "Call midas::init_global_meta_objects() in main(), before the first "
                          "actor system is created");
  }
  auto& system = parts.system != nullptr ? *parts.system : owned_system_->system();
  transport_ =
      parts.transport != nullptr
          ? std::move(parts.transport)
          : std::make_shared<internal::curl_multi_loop>(internal::transport_options(limits_));
  auto threads = caf_compat::scheduler_threads{system};
  return service_frontend::running_actors{
      internal::cache_supervisor::start(system, {context_, transport_, limits_}),
      std::move(threads)};
}

void service_core::shutdown() {
  if (frontend_->is_forked()) {
    return;
  }
  frontend_->close();
  const auto failure = frontend_->unavailable();
  if (frontend_->on_thread_of_actors()) {
    frontend_->open().answer_all(failure);
    context_->observers->close();
    return;
  }
  // A concurrent second call waits here for the first.
  const std::lock_guard lock{shutdown_mutex_};
  if (std::exchange(ended_, true)) {
    return;
  }
  // Bounded, because the application may be blocking the threads of its actor system, and the
  // actors cannot end then.
  const auto deadline = std::chrono::steady_clock::now() + max_shutdown_wait;
  context_->live_actors->wait_for(max_shutdown_wait);
  // Answers the waiters that the actors have left; no code of the application runs after this.
  frontend_->open().answer_all(failure);
  frontend_->open().wait_until_idle(deadline);
  if (context_->store != nullptr) {
    context_->store->finish(deadline);
  }
  context_->observers->close();
  context_->observers->wait_until_idle(deadline);
  if (transport_ != nullptr) {
    transport_->stop();
  }
}

void service_core::stop_at_exit() noexcept {
  if (frontend_->is_forked() || transport_ == nullptr) {
    return;
  }
  const auto deadline = std::chrono::steady_clock::now() + max_exit_wait;
  // They may use objects that are destroyed next.
  context_->observers->close();
  context_->observers->wait_until_idle(deadline);
  try {
    const auto stopped = std::make_shared<std::promise<void>>();
    internal::run_detached([transport = transport_, stopped] {
      transport->stop();
      stopped->set_value();
    });
    stopped->get_future().wait_until(deadline);
  } catch (const std::exception&) {
    // No thread can be started: the process exits with the transport as it is.
  }
}

void service_core::end(std::unique_ptr<service_core> core) noexcept {
  if (core == nullptr) {
    return;
  }
  if (core->frontend_->is_forked()) {
    (void)core.release();
    return;
  }
  if (!core->frontend_->on_thread_of_actors()) {
    core.reset();
    return;
  }
  core->shutdown();
  internal::run_detached([left = core.release()] { delete left; });
}

token_service_statistics service_core::statistics() const {
  if (frontend_->is_forked()) {
    return {};
  }
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
  result.waiters = counters.waiters.load();
  result.earliest_expiry = context_->table->earliest_expiry(context_->now());
  const auto at = std::chrono::steady_clock::now();
  if (const auto until = context_->budget->throttled_until(at)) {
    result.throttled_until =
        std::chrono::system_clock::now() +
        std::chrono::duration_cast<std::chrono::system_clock::duration>(*until - at);
  }
  if (transport_ != nullptr) {
    result.http = transport_->statistics();
  }
  result.http.queued = counters.queued.load();
  return result;
}

}  // namespace midas::detail
