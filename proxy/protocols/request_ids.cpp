#include "proxy/protocols/request_ids.hpp"

#include "transport/formats/uuid.hpp"

namespace midas::internal::proxy {

request_ids::request_ids() : text_(random_uuid()) {}

std::string_view request_ids::next() noexcept {
  // The last twelve digits are a number; the others are random, once.
  auto number = ++count_;
  constexpr std::size_t counted_digits = 12;
  for (std::size_t i = 0; i < counted_digits; ++i, number >>= 4U) {
    text_[text_.size() - 1 - i] = "0123456789abcdef"[number & 15U];
  }
  return text_;
}

}  // namespace midas::internal::proxy
