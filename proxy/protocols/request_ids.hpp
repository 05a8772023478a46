// Ids of exchanges, for a client to quote.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace midas::internal::proxy {

/// Makes UUIDs that differ from those of every other object, by counting up from a random one. Not
/// secret. One thread at a time.
class request_ids {
 public:
  request_ids();

  /// Valid until the next call.
  [[nodiscard]] std::string_view next() noexcept;

 private:
  std::string text_;
  std::uint64_t count_ = 0;
};

}  // namespace midas::internal::proxy
