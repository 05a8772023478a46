// A resource in place of a token_request, as the functions that request tokens accept it.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

namespace midas::detail {

/// std::string, std::string_view, const char*, a string literal, and whatever else converts to a
/// string_view. A template parameter, so that a braced list always is a token_request.
template <class Text>
concept resource_text = std::convertible_to<const Text&, std::string_view> &&
    !std::same_as<std::remove_cv_t<Text>, std::nullptr_t>;

/// `Text` of a parameter `Text&&` for an argument that ends with its expression, such as a
/// temporary std::string.
template <class Text>
concept temporary_text = resource_text<Text> && !std::is_trivially_destructible_v<Text>;

}  // namespace midas::detail
