#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "store/file_lock.hpp"
#include "store/machine_id.hpp"
#include "store/msal_cache.hpp"
#include "store/private_file.hpp"
#include <midas/file_token_store.hpp>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

namespace midas {

namespace {

using internal::cache_change;
using internal::cache_owner;
using internal::file_lock;
using internal::file_stamp;
using internal::private_file;

constexpr std::chrono::milliseconds longest_lock_timeout = std::chrono::hours{1};

std::string own_host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : std::string{};
}

std::chrono::sys_seconds current_second() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

error corrupt_store(const std::string& path, const std::string& kept) {
  return internal::make_error(
      errc::store_failed,
      internal::quoted(path) + " is not a token cache; it was kept as " + internal::quoted(kept),
      "Remove the file that was kept if it is of no use");
}

}  // namespace

token_store::~token_store() = default;

struct file_token_store::state {
  file_token_store_options options;
  cache_owner owner{};
  // What the file was when `tokens` were read from it.
  std::optional<file_stamp> loaded{};
  std::vector<stored_token> tokens{};
  bool removed_leftovers = false;

  // Empty if the directory does not exist.
  expected<std::optional<private_file>> open(bool creates) {
    if (owner.machine.empty()) {
      auto machine = internal::this_machine();
      if (!machine) {
        return unexpected{std::move(machine.error())};
      }
      owner = {.machine = *std::move(machine),
               .host_name = own_host_name(),
               .accept_unmarked = options.accept_unmarked_entries};
    }
    return private_file::open({.path = options.path,
                               .allow_network_file_system = options.allow_network_file_system,
                               .max_bytes = options.max_bytes},
                              creates);
  }

  expected<file_lock> lock(const private_file& file) {
    constexpr std::string_view suffix = ".lockfile";
    auto result = file_lock::acquire(
        file.directory(), file.name() + std::string{suffix}, options.path + std::string{suffix},
        {.timeout =
             std::clamp(options.lock_timeout, std::chrono::milliseconds{0}, longest_lock_timeout)});
    // A process that is killed while it writes leaves its lock behind, unless a program with MSAL
    // has removed that meanwhile.
    if (result && (result->was_abandoned() || !removed_leftovers)) {
      removed_leftovers = true;
      file.remove_leftovers();
    }
    return result;
  }

  // Reads the file; true unless it is not a token cache.
  expected<bool> read(const private_file& file) {
    loaded.reset();
    tokens.clear();
    auto content = file.read();
    if (!content) {
      return unexpected{std::move(content.error())};
    }
    if (!*content) {
      return true;
    }
    auto found = internal::read_msal_cache((*content)->text, owner);
    if (!found) {
      return false;
    }
    tokens = *std::move(found);
    loaded = (*content)->stamp;
    return true;
  }

  // Another process may have been writing the file: nobody is while this one holds the lock.
  expected<void> read_again(const private_file& file) {
    const auto locked = lock(file);
    if (!locked) {
      return unexpected{locked.error()};
    }
    const auto is_cache = read(file);
    if (!is_cache) {
      return unexpected{is_cache.error()};
    }
    if (*is_cache) {
      return {};
    }
    auto kept = file.set_aside(current_second());
    return unexpected{kept ? corrupt_store(options.path, *kept) : std::move(kept.error())};
  }

  // The new text of the file; empty if there is nothing to write.
  expected<std::optional<sensitive_string>> changed_text(const private_file& file,
                                                         const cache_change& change) {
    auto content = file.read();
    if (!content) {
      return unexpected{std::move(content.error())};
    }
    if (*content) {
      if (auto text = internal::change_msal_cache(std::move((*content)->text), change, owner)) {
        return text;
      }
      if (auto kept = file.set_aside(current_second()); !kept) {
        return unexpected{std::move(kept.error())};
      }
    }
    return change.save.empty() ? std::nullopt : internal::change_msal_cache({}, change, owner);
  }

  expected<void> apply(const cache_change& change) {
    const auto file = open(!change.save.empty());
    if (!file) {
      return unexpected{file.error()};
    }
    if (!*file) {
      return {};
    }
    const auto locked = lock(**file);
    if (!locked) {
      return unexpected{locked.error()};
    }
    const auto text = changed_text(**file, change);
    if (!text) {
      return unexpected{text.error()};
    }
    return *text ? (*file)->replace(**text) : expected<void>{};
  }
};

file_token_store::file_token_store(file_token_store_options options)
    : state_(std::make_unique<state>(state{.options = std::move(options)})) {}

file_token_store::~file_token_store() = default;

expected<std::vector<stored_token>> file_token_store::load() {
  const auto file = state_->open(false);
  if (!file) {
    return unexpected{file.error()};
  }
  if (!*file) {
    return std::vector<stored_token>{};
  }
  const auto stamp = (*file)->stamp();
  if (!stamp) {
    return unexpected{stamp.error()};
  }
  if (*stamp && *stamp == state_->loaded) {
    return state_->tokens;
  }
  const auto is_cache = state_->read(**file);
  if (!is_cache) {
    return unexpected{is_cache.error()};
  }
  if (!*is_cache) {
    if (auto again = state_->read_again(**file); !again) {
      return unexpected{std::move(again.error())};
    }
  }
  return state_->tokens;
}

expected<void> file_token_store::save(std::span<const stored_token> tokens) {
  if (auto checked = internal::check_storable(tokens); !checked) {
    return checked;
  }
  return tokens.empty() ? expected<void>{}
                        : state_->apply({.save = tokens, .now = current_second()});
}

expected<void> file_token_store::remove(std::span<const token_key> keys) {
  return keys.empty() ? expected<void>{} : state_->apply({.remove = keys, .now = current_second()});
}

}  // namespace midas
