// The key of a request without copies of its parts, to look tokens up.
#pragma once

#include <midas/managed_identity.hpp>
#include <midas/token_request.hpp>

#include <cstddef>
#include <optional>
#include <string_view>

namespace midas::internal {

/// Valid as long as what it refers to.
struct token_key_view {
  const managed_identity& identity;
  std::string_view resource;

  /// The view of the key that make_key() returns. Empty if that key differs from the request by
  /// more than the "/.default" of a scope. A request without a valid key may have a view: it equals
  /// no valid key.
  static std::optional<token_key_view> of(const managed_identity& identity,
                                          std::string_view resource) noexcept;
};

/// For unordered containers that are searched by a key or by its view.
struct token_key_view_hash {
  using is_transparent = void;

  std::size_t operator()(const token_key_view& key) const noexcept;
  std::size_t operator()(const token_key& key) const noexcept {
    return (*this)(token_key_view{key.identity, key.resource});
  }
};

struct token_key_view_equal {
  using is_transparent = void;

  bool operator()(const token_key& left, const token_key& right) const noexcept {
    return left == right;
  }
  bool operator()(const token_key_view& left, const token_key& right) const noexcept {
    return left.resource == right.resource && left.identity == right.identity;
  }
};

}  // namespace midas::internal
