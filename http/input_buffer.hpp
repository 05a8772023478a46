// The bytes that a connection has received and its parser has not consumed.
#pragma once

#include <cstddef>
#include <cstring>
#include <utility>
#include <vector>

namespace midas::internal::http {

/// Grows on demand; the parser's limits bound its size.
class input_buffer {
 public:
  [[nodiscard]] bool empty() const noexcept { return begin_ == end_; }
  [[nodiscard]] const char* data() const noexcept { return bytes_.data() + begin_; }
  [[nodiscard]] std::size_t size() const noexcept { return end_ - begin_; }

  /// Makes room for more bytes, which go to free_space(). Invalidates data().
  void make_room() {
    if (empty()) {
      clear();
    }
    if (end_ == bytes_.size() && begin_ > 0) {
      std::memmove(bytes_.data(), data(), size());
      end_ -= std::exchange(begin_, 0);
    }
    if (end_ == bytes_.size()) {
      // The parser consumes a body as it arrives and refuses a head above its limit, so the buffer
      // stops growing at about twice that limit.
      bytes_.resize(bytes_.size() * 2);
    }
  }
  [[nodiscard]] char* free_space() noexcept { return bytes_.data() + end_; }
  [[nodiscard]] std::size_t free_size() const noexcept { return bytes_.size() - end_; }

  /// Adds the first `size` bytes of the free space.
  void commit(std::size_t size) noexcept { end_ += size; }
  void consume(std::size_t size) noexcept { begin_ += size; }
  void clear() noexcept { begin_ = end_ = 0; }

 private:
  static constexpr std::size_t first_size = 2048;

  std::vector<char> bytes_ = std::vector<char>(first_size);
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace midas::internal::http
