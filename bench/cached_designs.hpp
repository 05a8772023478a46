// Common designs of a token cache, to compare midas with. All find the token of a resource that has
// not expired.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <ctime>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace midas::internal::bench {

/// The token as a string, as other libraries store it.
struct plain_token {
  std::string text;
  std::chrono::system_clock::time_point expires_on;
};

inline std::int64_t coarse_seconds() noexcept {
  std::timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return time.tv_sec;
}

/// A lower bound: a simple per-thread table. A read hashes, finds and compares the resource, checks
/// one version counter for newer tokens and one coarse clock for expiry. It supports one identity,
/// checks one clock, counts nothing, and returns a pointer without ownership.
class lower_bound_table {
 public:
  static lower_bound_table& of_this_thread() {
    static thread_local lower_bound_table table;
    return table;
  }

  void clear() { tokens_.clear(); }
  void add(const std::string& resource, const plain_token* token) {
    tokens_[resource] = {token, version_.load(), coarse_seconds() + 3'600};
  }

  const plain_token* find(std::string_view resource) const noexcept {
    const auto found = tokens_.find(resource);
    return found != tokens_.end() &&
                   found->second.version == version_.load(std::memory_order_acquire) &&
                   coarse_seconds() < found->second.usable_until
               ? found->second.token
               : nullptr;
  }

 private:
  struct entry {
    const plain_token* token = nullptr;
    std::uint64_t version = 0;
    std::int64_t usable_until = 0;
  };
  struct text_hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };

  static inline std::atomic<std::uint64_t> version_ = 1;
  std::unordered_map<std::string, entry, text_hash, std::equal_to<>> tokens_;
};

inline bool is_valid(const plain_token& token) {
  return std::chrono::system_clock::now() < token.expires_on;
}

/// A map under a mutex; tokens are shared.
class mutex_map {
 public:
  void add(const std::string& resource, const plain_token& token) {
    tokens_[resource] = std::make_shared<const plain_token>(token);
  }
  std::shared_ptr<const plain_token> find(const std::string& resource) {
    const std::lock_guard lock{mutex_};
    const auto found = tokens_.find(resource);
    return found != tokens_.end() && is_valid(*found->second) ? found->second : nullptr;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const plain_token>> tokens_;
};

/// The same with a shared mutex for readers.
class shared_mutex_map {
 public:
  void add(const std::string& resource, const plain_token& token) {
    tokens_[resource] = std::make_shared<const plain_token>(token);
  }
  std::shared_ptr<const plain_token> find(const std::string& resource) {
    const std::shared_lock lock{mutex_};
    const auto found = tokens_.find(resource);
    return found != tokens_.end() && is_valid(*found->second) ? found->second : nullptr;
  }

 private:
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const plain_token>> tokens_;
};

/// An immutable map behind an atomic shared pointer.
class atomic_map {
 public:
  void add(const std::string& resource, const plain_token& token) {
    next_[resource] = std::make_shared<const plain_token>(token);
  }
  void publish() { tokens_.store(std::make_shared<const map>(next_)); }
  std::shared_ptr<const plain_token> find(const std::string& resource) {
    const auto tokens = tokens_.load();
    const auto found = tokens->find(resource);
    return found != tokens->end() && is_valid(*found->second) ? found->second : nullptr;
  }

 private:
  using map = std::unordered_map<std::string, std::shared_ptr<const plain_token>>;

  map next_;
  std::atomic<std::shared_ptr<const map>> tokens_;
};

}  // namespace midas::internal::bench
