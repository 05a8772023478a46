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
};

inline token_key_view view_of(const token_key& key) noexcept {
  return {key.identity, key.resource};
}

/// The view of the key that make_key() returns for a request, which must outlive it. For a request
/// without a valid key, a view that equals no valid key.
class request_key_view {
 public:
  request_key_view(const managed_identity& identity, std::string_view resource);
  request_key_view(const request_key_view&) = delete;
  request_key_view& operator=(const request_key_view&) = delete;
  ~request_key_view() = default;

  const token_key_view& operator*() const noexcept { return view_; }

 private:
  // Set if the id is written in another letter case than in the key.
  std::optional<managed_identity> folded_;
  token_key_view view_;
};

/// For unordered containers that are searched by a key or by its view.
struct token_key_view_hash {
  using is_transparent = void;

  std::size_t operator()(const token_key_view& key) const noexcept;
  std::size_t operator()(const token_key& key) const noexcept { return (*this)(view_of(key)); }
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
