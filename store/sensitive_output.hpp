// The stream to which RapidJSON writes text with secrets.
#pragma once

#include <midas/sensitive_string.hpp>

#include <cstddef>
#include <string_view>
#include <utility>

namespace midas::internal {

/// Memory that is wiped, also when it grows.
class sensitive_output {
 public:
  using Ch = char;  // NOLINT(readability-identifier-naming): RapidJSON's name

  explicit sensitive_output(std::size_t expected) { text_.resize(expected); }

  // NOLINTBEGIN(readability-identifier-naming): RapidJSON's names
  void Put(char c) {
    if (size_ == text_.size()) {
      text_.resize(2 * text_.size());
    }
    text_[size_++] = c;
  }
  static void Flush() {}
  // Found instead of RapidJSON's own, which its header of encodings does not declare in time.
  friend void PutReserve(sensitive_output& /*unused*/, std::size_t /*unused*/) {}
  friend void PutUnsafe(sensitive_output& output, char c) { output.Put(c); }
  // NOLINTEND(readability-identifier-naming)

  void append(std::string_view text) {
    if (text_.size() - size_ < text.size()) {
      text_.resize(2 * text_.size() + text.size());
    }
    text.copy(text_.data() + size_, text.size());
    size_ += text.size();
  }

  [[nodiscard]] sensitive_string take() && {
    text_.resize(size_);
    return std::move(text_);
  }

 private:
  sensitive_string text_;
  std::size_t size_ = 0;
};

}  // namespace midas::internal
