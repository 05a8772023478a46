// The implementations that the benchmark compares: midas in all its forms, and models of others.
#pragma once

#include "bench/cached_azure_identity.hpp"
#include "bench/cached_azure_identity_library.hpp"
#include "bench/cached_designs.hpp"
#include <midas/actors.hpp>
#include <midas/simulated_host.hpp>

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/scoped_actor.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace midas::internal::bench {

/// Keeps the compiler from removing the computation of `value`.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");  // NOLINT(hicpp-no-assembler)
}

/// All implementations hold the same tokens, from a simulated IMDS, for the same resources.
class implementations {
  template <class Cache>
  auto model(Cache& cache) {
    return [this, &cache] {
      return [this, &cache](std::size_t i) { keep(cache.find(requests_[i].resource)); };
    };
  }

 public:
  explicit implementations(std::size_t resources) : tokens_(system_, options()) {
    for (std::size_t i = 0; i < resources; ++i) {
      requests_.push_back({.resource = "https://vault-" + std::to_string(i) + ".azure.net"});
      handles_.push_back(tokens_.for_resource(requests_.back().resource));
    }
    for (const auto& request : requests_) {
      tokens_.get_async(request, std::chrono::minutes{5}, [](const auto&) {});
    }
    for (const auto& request : requests_) {
      const auto token = tokens_.get(request, std::chrono::minutes{5});
      if (!token) {
        std::abort();
      }
      plain_.push_back({std::string{token->token().reveal()},
                        std::chrono::system_clock::now() + std::chrono::hours{20}});
      mutex_.add(request.resource, plain_.back());
      shared_mutex_.add(request.resource, plain_.back());
      atomic_.add(request.resource, plain_.back());
      azure_identity_.add(request.resource, plain_.back());
      contexts_.push_back(azure_identity_cache::context_of(request.resource));
#if defined(MIDAS_BENCH_AZURE_IDENTITY)
      library_.add(contexts_.back().scopes.front());
#endif
    }
    atomic_.publish();
  }

  // Each function returns a factory to be called in each thread. What the factory returns reads the
  // token of the n-th resource.

  auto by_key() {
    return [this] { return [this](std::size_t i) { keep(tokens_.try_get(requests_[i])); }; };
  }
  auto by_handle() {
    return [this] { return [this](std::size_t i) { keep(handles_[i].try_get()); }; };
  }
  auto by_get() {
    return [this] {
      return [this](std::size_t i) { keep(tokens_.get(requests_[i], std::chrono::minutes{1})); };
    };
  }
  auto by_actor() {
    return [this] { return actor_caller{*this}; };
  }
  auto lower_bound(std::size_t resources) {
    return [this, resources] {
      auto& table = lower_bound_table::of_this_thread();
      table.clear();
      for (std::size_t i = 0; i < resources; ++i) {
        table.add(requests_[i].resource, &plain_[i]);
      }
      return [this](std::size_t i) {
        keep(lower_bound_table::of_this_thread().find(requests_[i].resource));
      };
    };
  }
  auto by_mutex() { return model(mutex_); }
  auto by_shared_mutex() { return model(shared_mutex_); }
  auto by_atomic() { return model(atomic_); }
  auto by_azure_identity() {
    return [this] { return [this](std::size_t i) { keep(azure_identity_.get(contexts_[i])); }; };
  }

#if defined(MIDAS_BENCH_AZURE_IDENTITY)
  auto by_azure_identity_library() {
    return [this] { return [this](std::size_t i) { keep(library_.get(i)); }; };
  }
#endif

 private:
  // Has no per-thread cache to fill, which would take 10,000 messages in each of 64 threads.
  class actor_caller {
   public:
    using has_no_thread_cache = void;

    explicit actor_caller(implementations& all)
        : requests_(&all.requests_),
          self_(std::make_unique<caf::scoped_actor>(all.system_)),
          cache_(all.tokens_.cache()) {}

    void operator()(std::size_t i) {
      caf_compat::request(self_->ptr(), cache_, (*requests_)[i])
          .receive([](const access_token& token) { keep(token); },
                   [](const caf::error&) { std::abort(); });
    }

   private:
    const std::vector<token_request>* requests_;
    std::unique_ptr<caf::scoped_actor> self_;
    decltype(std::declval<token_service&>().cache()) cache_;
  };

  [[nodiscard]] token_service_options options() const {
    token_service_options result;
    result.endpoint = imds_.endpoint();
    result.limits = {64, 0};
    result.max_keys = 100'000;
    result.max_cold_keys_per_lane = result.max_keys;
    return result;
  }

  simulated_host imds_;
#if defined(MIDAS_BENCH_AZURE_IDENTITY)
  // Before the members that start threads, because it changes the environment.
  azure_identity_library library_{imds_.endpoint()};
#endif
  struct config : caf::actor_system_config {
    config() { init_global_meta_objects(); }
  };

  config config_;
  caf::actor_system system_{config_};
  token_service tokens_;
  std::vector<token_request> requests_;
  std::vector<token_handle> handles_;
  std::vector<plain_token> plain_;
  mutex_map mutex_;
  shared_mutex_map shared_mutex_;
  atomic_map atomic_;
  azure_identity_cache azure_identity_;
  std::vector<azure_identity_cache::context> contexts_;
};

}  // namespace midas::internal::bench
