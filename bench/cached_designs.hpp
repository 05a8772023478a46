// Usual designs of a token cache, as stand-ins to measure beside midas. All answer the same
// question: the token of a resource, if it may be handed out now.
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

/// What the stand-ins hold: the token as a text, as the libraries have it.
struct plain_token {
  std::string text;
  std::chrono::system_clock::time_point expires_on;
};

inline std::int64_t coarse_seconds() noexcept {
  std::timespec time{};
  ::clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return time.tv_sec;
}

/// The floor: a table of the thread's own, as one would write it first. The text of the resource is
/// hashed, found and compared, a version counter tells whether anything newer was published, and
/// one coarse clock whether the token is good. It knows one identity, checks one clock, counts
/// nothing, and lends the token instead of handing it out.
class floor_table {
 public:
  static floor_table& of_this_thread() {
    static thread_local floor_table table;
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

inline bool is_good(const plain_token& token) {
  return std::chrono::system_clock::now() < token.expires_on;
}

/// One lock over a map; what is found is shared.
class mutex_map {
 public:
  void add(const std::string& resource, const plain_token& token) {
    tokens_[resource] = std::make_shared<const plain_token>(token);
  }
  std::shared_ptr<const plain_token> find(const std::string& resource) {
    const std::lock_guard lock{mutex_};
    const auto found = tokens_.find(resource);
    return found != tokens_.end() && is_good(*found->second) ? found->second : nullptr;
  }

 private:
  std::mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const plain_token>> tokens_;
};

/// The same, with readers beside each other.
class shared_mutex_map {
 public:
  void add(const std::string& resource, const plain_token& token) {
    tokens_[resource] = std::make_shared<const plain_token>(token);
  }
  std::shared_ptr<const plain_token> find(const std::string& resource) {
    const std::shared_lock lock{mutex_};
    const auto found = tokens_.find(resource);
    return found != tokens_.end() && is_good(*found->second) ? found->second : nullptr;
  }

 private:
  std::shared_mutex mutex_;
  std::unordered_map<std::string, std::shared_ptr<const plain_token>> tokens_;
};

/// A map that is replaced as a whole, behind an atomic shared pointer.
class atomic_map {
 public:
  void add(const std::string& resource, const plain_token& token) {
    next_[resource] = std::make_shared<const plain_token>(token);
  }
  void publish() { tokens_.store(std::make_shared<const map>(next_)); }
  std::shared_ptr<const plain_token> find(const std::string& resource) {
    const auto tokens = tokens_.load();
    const auto found = tokens->find(resource);
    return found != tokens->end() && is_good(*found->second) ? found->second : nullptr;
  }

 private:
  using map = std::unordered_map<std::string, std::shared_ptr<const plain_token>>;

  map next_;
  std::atomic<std::shared_ptr<const map>> tokens_;
};

}  // namespace midas::internal::bench
