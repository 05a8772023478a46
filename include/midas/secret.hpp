// A text that must never be shown: an access token, an identity header, the content of a key file.
#pragma once

#include <midas/sensitive_string.hpp>

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace midas {

/// One immutable, shared block of bytes; copying a secret copies a pointer. The bytes are wiped
/// when the last reference goes. Printing gives `<redacted>`, whatever the way: a stream,
/// to_string, or the trace of an actor. Thread-safe as a std::shared_ptr to const is.
class secret {
 public:
  secret() noexcept = default;

  secret(const secret&) noexcept = default;
  secret& operator=(const secret&) noexcept = default;
  /// Leaves an empty one.
  secret(secret&& other) noexcept
      : block_(std::move(other.block_)), shown_(std::exchange(other.shown_, {})) {}
  secret& operator=(secret&& other) noexcept {
    block_ = std::move(other.block_);
    shown_ = std::exchange(other.shown_, {});
    return *this;
  }
  ~secret() = default;

  /// Copies `text`; wiping the original is the caller's.
  explicit secret(std::string_view text);

  /// At most `size` characters of `text` from `offset` on, of which no copy is made: all of it is
  /// kept, and wiped at the end. Throws std::out_of_range for an offset behind the text.
  secret(sensitive_string text, std::size_t offset, std::size_t size);

  /// The part of it that begins at `offset`, in the same memory: this secret is kept alive with it.
  /// Throws std::out_of_range for an offset behind the text.
  [[nodiscard]] secret from(std::size_t offset) const;

  /// The text itself, valid as long as this secret or a copy of it lives.
  [[nodiscard]] std::string_view reveal() const noexcept { return shown_; }

  [[nodiscard]] bool empty() const noexcept { return reveal().empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return reveal().size(); }

  /// Takes the same time wherever the first difference is.
  friend bool operator==(const secret& left, const secret& right) noexcept;

 private:
  struct block;
  std::shared_ptr<const block> block_;
  std::string_view shown_;
};

/// `<redacted>`, or nothing for an empty secret.
std::string to_string(const secret&);
std::ostream& operator<<(std::ostream&, const secret&);

}  // namespace midas
