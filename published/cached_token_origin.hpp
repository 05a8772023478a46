// What a thread's copy of a token stores of its entry in the token table.
#pragma once

#include "messages/token_validity.hpp"
#include "published/published_slot.hpp"
#include <midas/access_token.hpp>
#include <midas/detail/cached_token.hpp>

#include <cstdint>
#include <memory>

namespace midas::detail {

struct cached_token::origin {
  access_token token;
  internal::token_validity validity;
  std::shared_ptr<internal::published_slot> slot;
  std::uint32_t version = 0;
  // The hash of the lookup.
  std::uint64_t hash = 0;
};

}  // namespace midas::detail
