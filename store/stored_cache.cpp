#include "store/stored_cache.hpp"

#include "messages/concat.hpp"
#include "messages/make_error.hpp"
#include "messages/plain_text.hpp"
#include "store/machine_id.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace midas::internal {

namespace {

// A process with MSAL that has waited five seconds for the lock writes without it, and in place:
// its file is empty, then half, for a moment.
constexpr int settling_attempts = 20;
constexpr std::chrono::milliseconds settling_pause{25};

constexpr std::chrono::milliseconds max_lock_timeout = std::chrono::hours{1};

std::string own_host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 ? name.data() : std::string{};
}

std::chrono::sys_seconds current_second() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

error corrupt_store(const std::string& path, const std::string& kept) {
  return make_error(errc::store_failed,
                    concat({internal::quoted(path), " is not a token cache; it was kept as ",
                            internal::quoted(kept)}),
                    "Remove that file if you do not need it");
}

}  // namespace

stored_cache::stored_cache(detail::vault_store_options options,
                           std::unique_ptr<detail::secret_vault> vault)
    : options_(std::move(options)), vault_(std::move(vault)) {}

// Empty if the directory does not exist.
expected<std::optional<private_file>> stored_cache::open(bool creates) {
  if (owner_.machine.empty()) {
    auto machine = this_machine();
    if (!machine) {
      return unexpected{std::move(machine.error())};
    }
    owner_ = {.machine = *std::move(machine),
              .host_name = own_host_name(),
              .accept_unmarked = options_.accept_unmarked_entries};
  }
  return private_file::open({.path = options_.path,
                             .allow_network_file_system = options_.allow_network_file_system,
                             .max_bytes = options_.max_bytes},
                            creates);
}

expected<file_lock> stored_cache::lock(const private_file& file) {
  constexpr std::string_view suffix = ".lockfile";
  auto result = file_lock::acquire(
      file.directory(), concat({file.name(), suffix}), concat({options_.path, suffix}),
      {.timeout =
           std::clamp(options_.lock_timeout, std::chrono::milliseconds{0}, max_lock_timeout)});
  // A process that is killed while it writes leaves its lock behind, unless a program with MSAL
  // has removed that meanwhile.
  if (result && (result->was_abandoned() || !removed_leftovers_)) {
    removed_leftovers_ = true;
    file.remove_leftovers();
  }
  return result;
}

expected<std::optional<file_content>> stored_cache::read_text(const private_file& file) {
  if (vault_ == nullptr) {
    return file.read();
  }
  // Before the text, so that a change in between is noticed the next time.
  const auto stamp = file.stamp();
  if (!stamp) {
    return unexpected{stamp.error()};
  }
  auto text = vault_->look_up();
  if (!text) {
    return unexpected{std::move(text.error())};
  }
  if (!*text) {
    return std::nullopt;
  }
  if ((*text)->size() > options_.max_bytes) {
    return reject_size(options_.path, "has", options_.max_bytes);
  }
  return file_content{.text = **std::move(text), .stamp = stamp->value_or(file_stamp{})};
}

// False if another process has changed the file since.
expected<bool> stored_cache::write_text(const private_file& file, std::string_view text,
                                        const std::optional<file_stamp>& seen) {
  if (vault_ == nullptr) {
    return file.replace(text, &seen);
  }
  if (text.size() > options_.max_bytes) {
    return reject_size(options_.path, "would have", options_.max_bytes);
  }
  if (auto stored = vault_->store(text); !stored) {
    return unexpected{std::move(stored.error())};
  }
  if (auto touched = file.touch(); !touched) {
    return unexpected{std::move(touched.error())};
  }
  return true;
}

expected<std::string> stored_cache::set_aside(const private_file& file) {
  const auto now = current_second();
  return vault_ == nullptr ? file.set_aside(now) : vault_->set_aside(corrupt_suffix(now));
}

// Reads the tokens; true unless it is not a token cache.
expected<bool> stored_cache::read(const private_file& file) {
  loaded_.reset();
  tokens_.clear();
  auto content = read_text(file);
  if (!content) {
    return unexpected{std::move(content.error())};
  }
  if (!*content) {
    return true;
  }
  auto found = read_msal_cache((*content)->text, owner_);
  if (!found) {
    return false;
  }
  tokens_ = *std::move(found);
  loaded_ = (*content)->stamp;
  return true;
}

// Another process may have been writing the file.
expected<void> stored_cache::read_again(const private_file& file) {
  const auto locked = lock(file);
  if (!locked) {
    return unexpected{locked.error()};
  }
  for (int attempt = 0; attempt < settling_attempts; ++attempt) {
    const auto is_cache = read(file);
    if (!is_cache) {
      return unexpected{is_cache.error()};
    }
    if (*is_cache) {
      return {};
    }
    std::this_thread::sleep_for(settling_pause);
  }
  auto kept = set_aside(file);
  return unexpected{kept ? corrupt_store(options_.path, *kept) : std::move(kept.error())};
}

// The new text of the file; empty if there is nothing to write. `seen` is what the file was.
expected<std::optional<sensitive_string>> stored_cache::changed_text(
    const private_file& file, const cache_change& change, std::optional<file_stamp>& seen) {
  for (int attempt = 0;; ++attempt) {
    auto content = read_text(file);
    if (!content) {
      return unexpected{std::move(content.error())};
    }
    seen = *content ? std::optional{(*content)->stamp} : std::nullopt;
    if (!*content) {
      break;
    }
    const bool is_last = attempt + 1 == settling_attempts;
    if (is_last || !is_blank_cache((*content)->text)) {
      if (auto text = change_msal_cache(std::move((*content)->text), change, owner_)) {
        return text;
      }
    }
    if (is_last) {
      if (auto kept = set_aside(file); !kept) {
        return unexpected{std::move(kept.error())};
      }
      seen.reset();
      break;
    }
    std::this_thread::sleep_for(settling_pause);
  }
  return change.save.empty() ? std::nullopt : change_msal_cache({}, change, owner_);
}

// False if another process has changed the file meanwhile.
expected<bool> stored_cache::change_once(const private_file& file, const cache_change& change) {
  std::optional<file_stamp> seen;
  const auto text = changed_text(file, change, seen);
  if (!text) {
    return unexpected{text.error()};
  }
  return *text ? write_text(file, **text, seen) : true;
}

expected<void> stored_cache::apply(const cache_change& change) {
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
  for (int attempt = 0; attempt < settling_attempts; ++attempt) {
    const auto is_changed = change_once(**file, change);
    if (!is_changed) {
      return unexpected{is_changed.error()};
    }
    if (*is_changed) {
      return {};
    }
  }
  return fail(errc::store_failed,
              internal::quoted(options_.path) + " is changed by processes that ignore its lock",
              "End those processes");
}

// A vault that cannot be used is an error from the beginning.
expected<std::vector<stored_token>> stored_cache::load_without_file() {
  if (vault_ != nullptr) {
    if (const auto text = vault_->look_up(); !text) {
      return unexpected{text.error()};
    }
  }
  return std::vector<stored_token>{};
}

expected<std::vector<stored_token>> stored_cache::load() {
  const auto file = open(false);
  if (!file) {
    return unexpected{file.error()};
  }
  if (!*file) {
    return load_without_file();
  }
  const auto stamp = (*file)->stamp();
  if (!stamp) {
    return unexpected{stamp.error()};
  }
  if (*stamp && *stamp == loaded_) {
    return tokens_;
  }
  const auto is_cache = read(**file);
  if (!is_cache) {
    return unexpected{is_cache.error()};
  }
  if (!*is_cache) {
    if (auto again = read_again(**file); !again) {
      return unexpected{std::move(again.error())};
    }
  }
  return tokens_;
}

expected<void> stored_cache::save(std::span<const stored_token> tokens) {
  if (auto checked = check_storable(tokens); !checked) {
    return checked;
  }
  return tokens.empty() ? expected<void>{} : apply({.save = tokens, .now = current_second()});
}

expected<void> stored_cache::remove(std::span<const token_key> keys) {
  return keys.empty() ? expected<void>{} : apply({.remove = keys, .now = current_second()});
}

}  // namespace midas::internal
