// What the public actor interface needs to know about the release of CAF: 0.17.6, which Debian and
// Ubuntu ship. The library's own half is messages/caf_compat.hpp.
#pragma once

#include <caf/config.hpp>

#if CAF_MAJOR_VERSION >= 1
#error "midas is built with CAF 0.17.6 and does not support CAF 1.x yet"
#endif

#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>

#include <utility>

namespace midas::caf_compat {

// -- signatures: Out(In...) as CAF 1.x writes them --

template <class Signature>
struct signature;

template <class Out, class... In>
struct signature<Out(In...)> {
  using type = typename caf::replies_to<In...>::template with<Out>;
};

template <class... In>
struct signature<void(In...)> {
  using type = caf::reacts_to<In...>;
};

template <class... Signatures>
using typed_actor = caf::typed_actor<typename signature<Signatures>::type...>;

/// From any thread, on nobody's behalf.
template <class Handle, class... Ts>
void anonymous_send(const Handle& receiver, Ts&&... xs) {
  caf::anon_send(receiver, std::forward<Ts>(xs)...);
}

/// A request without a timeout of CAF's: an answered one with a timeout would hold its system open
/// until that timeout.
template <class Self, class Handle, class... Ts>
auto request(Self* self, const Handle& receiver, Ts&&... xs) {
  return self->request(receiver, caf::infinite, std::forward<Ts>(xs)...);
}

}  // namespace midas::caf_compat

/// Declares a message type that never leaves its process.
#define MIDAS_LOCAL_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)
