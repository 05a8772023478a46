#include <midas/actors/acquisition.hpp>
#include <midas/actors/refresh_policy.hpp>
#include <midas/actors/waiter.hpp>
#include <midas/transport/sha256.hpp>

#include <map>
#include <utility>
#include <variant>

namespace midas {

namespace {

using time_point = std::chrono::steady_clock::time_point;

struct acquisition_state {
  static inline const char* name = "midas.acquisition";

  explicit acquisition_state(acquisition_actor::pointer actor) : self(actor) {}

  void start(acquisition_settings given) {
    settings = std::move(given);
    pass = settings.service->alive->enter();
    dialect::on_exit_request(self, [this](const caf::error& reason) {
      ending = reason;
      answer_all(end_error(ending));
      dialect::send(self, acquisition_actor{self}, end_due{});
    });
  }

  acquisition_actor::behavior_type make_behavior() {
    return {
        [this](acquisition_request& request) {
          auto promise = self->make_response_promise<access_token>();
          admit(request, waiter{promise});
          return promise;
        },
        [this](acquisition_request& request, token_waiter& caller) {
          admit(request, waiter{std::move(caller)});
        },
        [this](const http_actor& replacement) { settings.http = replacement; },
        [this](deadline_due) { expire(); },
        [this](settled_query) {
          if (!acquiring && waiters.empty()) {
            dialect::send(self, settings.cache, acquisition_settled{settings.key, received});
          }
        },
        [this](end_due) { self->quit(ending); },
    };
  }

  void admit(acquisition_request& asked, waiter caller) {
    ++received;
    if (ending) {
      count(counters().errors);
      caller.answer(end_error(ending));
      return;
    }
    const auto now = dialect::now(self);
    if (asked.deadline <= now) {
      count(counters().errors);
      caller.answer(expired(asked.request.resource));
      return;
    }
    // The cache may have sent this request before it heard of the token that was got meanwhile.
    if (!acquiring && settings.key->claims.empty() && !asked.request.force_refresh) {
      if (const auto token = service().table->find_usable(key(), service().wall_clock())) {
        count(counters().tokens);
        count(counters().cache_hits);
        caller.answer(*token, dialect::shared_answer{*token});
        return;
      }
    }
    waiters.emplace(asked.deadline, std::move(caller));
    if (acquiring) {
      count(counters().coalesced);
    } else {
      acquire(asked.request);
    }
  }

  void acquire(token_request& request) {
    acquiring = true;
    count(counters().acquisitions);
    subject = std::move(request);
    step = 0;
    request_deadline = waiters.begin()->first;
    auto encoded = service().endpoint->encode(subject, refused_token_sha256());
    if (!encoded) {
      failed(std::move(encoded.error()));
      return;
    }
    send(*std::move(encoded));
  }

  void send(http_request request) {
    request.deadline = request_deadline;
    request.connect_timeout = service().connect_timeout;
    request.total_timeout = service().attempt_timeout;
    request.max_response_bytes = service().max_response_bytes;
    dialect::request(self, settings.http, std::move(request))
        .then([this](http_response& response) { responded(std::move(response)); },
              [this](const caf::error& failure) { failed(to_error(failure)); });
  }

  void responded(http_response response) {
    if (ending) {
      return;
    }
    const auto now = service().wall_clock();
    auto answer = service().endpoint->decode(subject, std::move(response), now, step);
    if (!answer) {
      failed(std::move(answer.error()));
      return;
    }
    if (auto* next = std::get_if<http_request>(&*answer)) {
      ++step;
      send(std::move(*next));
      return;
    }
    granted(std::get<token_grant>(*std::move(answer)), now);
  }

  void granted(token_grant grant, std::chrono::sys_seconds now) {
    grant.resource = key().resource;
    grant.refresh_on = refresh_on(grant, now);
    const access_token token{std::move(grant), token_source::identity_provider};
    // Before anybody is answered, so that whoever was answered finds it published.
    if (is_usable(token, now)) {
      service().table->publish(key(), token, now);
    }
    acquiring = false;
    count(counters().tokens, waiters.size());
    const dialect::shared_answer answer{token};
    for (auto& item : std::exchange(waiters, {})) {
      item.second.answer(token, answer);
    }
  }

  void failed(error failure) {
    if (ending) {
      return;
    }
    if (failure.source.empty()) {
      failure.source = service().endpoint->source;
    }
    answer_all(failure);
  }

  void answer_all(const error& failure) {
    acquiring = false;
    count(counters().errors, waiters.size());
    for (auto& item : std::exchange(waiters, {})) {
      item.second.answer(failure);
    }
  }

  // Those whose deadline has come are answered; the acquisition goes on for the others, and for the
  // next who asks. The cache, which watches the first deadline of each acquisition, is told the
  // next.
  void expire() {
    const auto now = dialect::now(self);
    const auto end = waiters.upper_bound(now);
    for (auto it = waiters.begin(); it != end; it = waiters.erase(it)) {
      count(counters().errors);
      it->second.answer(expired(key().resource));
    }
    if (!waiters.empty()) {
      dialect::send(self, settings.cache, deadline_set{settings.key, waiters.begin()->first});
    }
  }

  [[nodiscard]] error expired(const std::string& resource) const {
    auto result = fail(errc::deadline_exceeded,
                       "no token for " + resource + " from " + service().endpoint->address +
                           " before the caller's deadline",
                       "Give the request more time, or see whether the endpoint answers")
                      .value();
    result.source = service().endpoint->source;
    return result;
  }

  // What the claims are about is the token that the caller was handed last, though it may have
  // expired since.
  [[nodiscard]] std::string refused_token_sha256() const {
    if (settings.key->claims.empty()) {
      return {};
    }
    const auto held = service().table->find_held(key());
    return held ? sha256_hex(held->token().reveal()) : std::string{};
  }

  [[nodiscard]] const token_key& key() const { return settings.key->token; }
  [[nodiscard]] const service_context& service() const { return *settings.service; }
  [[nodiscard]] token_service_counters& counters() const { return *service().counters; }
  static void count(std::atomic<std::uint64_t>& counter, std::uint64_t n = 1) {
    token_service_counters::add(counter, n);
  }

  acquisition_actor::pointer self;
  gate::pass pass;
  acquisition_settings settings;
  // The request that the acquisition under way was begun for.
  token_request subject;
  std::multimap<time_point, waiter> waiters;
  // Of the acquisition under way: the first deadline of those for whom it was begun, and how many
  // of its requests have been answered.
  time_point request_deadline{};
  unsigned step = 0;
  bool acquiring = false;
  std::size_t received = 0;
  // Why it has been asked to end; nothing as long as it has not.
  caf::error ending;
};

}  // namespace

acquisition_actor spawn_acquisition(caf::actor_system& system, acquisition_settings settings) {
  return dialect::spawn<acquisition_actor, acquisition_state>(system, std::move(settings));
}

}  // namespace midas
