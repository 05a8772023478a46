// Adapts the public actor interface to CAF 0.17.6, the version in Debian and Ubuntu.
// messages/caf_compat.hpp adapts the rest of the library.
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

// -- typed actors, declared by signatures Out(In...) as in CAF 1.x --

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

/// Sends a message without a sender. Any thread.
template <class Handle, class... Ts>
void anonymous_send(const Handle& receiver, Ts&&... xs) {
  caf::anon_send(receiver, std::forward<Ts>(xs)...);
}

/// A request without a CAF timeout: CAF keeps the actor system alive until such a timeout passes,
/// even after the answer.
template <class Self, class Handle, class... Ts>
auto request(Self* self, const Handle& receiver, Ts&&... xs) {
  return self->request(receiver, caf::infinite, std::forward<Ts>(xs)...);
}

}  // namespace midas::caf_compat

/// Declares a message type that cannot be serialized, so it never leaves its process.
#define MIDAS_LOCAL_MESSAGE(type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)
