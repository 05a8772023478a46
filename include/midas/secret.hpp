// Text that must never be shown: an access token, an identity header, the content of a key file.
#pragma once

#include <midas/detail/export.hpp>
#include <midas/sensitive_string.hpp>

#include <cstddef>
#include <iosfwd>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace midas {

/// An immutable, shared block of bytes, which core dumps leave out. Copying a secret never copies
/// the bytes; they are wiped when the last reference is destroyed. A secret prints as `<redacted>`:
/// through a stream, through to_string(), and in the trace of an actor. Thread-safe like
/// std::shared_ptr<const T>.
class MIDAS_EXPORT secret {
 public:
  /// Empty.
  secret() noexcept = default;

  /// Shares the text, which is not copied.
  secret(const secret&) noexcept = default;
  /// Shares the text, which is not copied.
  secret& operator=(const secret&) noexcept = default;
  /// Leaves `other` empty.
  secret(secret&& other) noexcept
      : block_(std::move(other.block_)), shown_(std::exchange(other.shown_, {})) {}
  /// Leaves `other` empty.
  secret& operator=(secret&& other) noexcept {
    block_ = std::move(other.block_);
    shown_ = std::exchange(other.shown_, {});
    return *this;
  }
  ~secret() = default;

  /// Copies `text`. The caller remains responsible for wiping the original.
  explicit secret(std::string_view text);

  /// Shows at most `size` characters of `text`, beginning at `offset`. Takes over the memory of
  /// `text` without copying it (unless it is stored inside the string object), and wipes all of it
  /// at the end. Throws std::out_of_range if `offset` exceeds the size of `text`.
  secret(sensitive_string text, std::size_t offset, std::size_t size);

  /// The rest of this secret from `offset` on, in the same memory, which stays alive for both.
  /// Throws std::out_of_range if `offset` exceeds size().
  [[nodiscard]] secret from(std::size_t offset) const;

  /// The text, valid while this secret or a copy of it exists. Not zero-terminated.
  [[nodiscard]] std::string_view reveal() const noexcept { return shown_; }

  /// True if the text has no characters.
  [[nodiscard]] bool empty() const noexcept { return reveal().empty(); }
  /// The number of bytes.
  [[nodiscard]] std::size_t size() const noexcept { return reveal().size(); }

  /// Compares the texts. For texts of equal size the time does not depend on where they differ.
  friend MIDAS_EXPORT bool operator==(const secret& left, const secret& right) noexcept;

 private:
  struct block;
  std::shared_ptr<const block> block_;
  std::string_view shown_;
};

/// `<redacted>`, or "" for an empty secret. Any thread.
MIDAS_EXPORT std::string to_string(const secret&);
/// Writes to_string().
MIDAS_EXPORT std::ostream& operator<<(std::ostream&, const secret&);

}  // namespace midas
