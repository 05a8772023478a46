// Adapts the public actor interface to the version of CAF: 0.17.6, the version in Debian and
// Ubuntu, or 1.x. messages/caf_compat.hpp adapts the rest of the library.
#pragma once

#include <caf/config.hpp>

#if CAF_MAJOR_VERSION < 1
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/replies_to.hpp>
#include <caf/send.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#else
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/anon_mail.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/is_error_code_enum.hpp>
#include <caf/result.hpp>
#include <caf/scoped_actor.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#endif

#include <utility>

/// The first type id that midas takes in CAF 1.x. No other library of the program may use an id of
/// the block of 200 that begins here. All code that includes midas must define the same number: the
/// CMake package and the .pc file do.
#if !defined(MIDAS_CAF_FIRST_TYPE_ID)
#define MIDAS_CAF_FIRST_TYPE_ID 2000
#endif

namespace midas::caf_compat {

// -- typed actors, declared by signatures Out(In...) --

template <class Signature>
struct signature;

#if CAF_MAJOR_VERSION < 1

template <class Out, class... In>
struct signature<Out(In...)> {
  using type = typename caf::replies_to<In...>::template with<Out>;
};

template <class... In>
struct signature<void(In...)> {
  using type = caf::reacts_to<In...>;
};

#else

template <class Out, class... In>
struct signature<Out(In...)> {
  using type = caf::result<Out>(In...);
};

#endif

template <class... Signatures>
using typed_actor = caf::typed_actor<typename signature<Signatures>::type...>;

// -- messages --

/// Sends a message without a sender. Any thread.
template <class Handle, class... Ts>
void anonymous_send(const Handle& receiver, Ts&&... xs) {
#if CAF_MAJOR_VERSION < 1
  caf::anon_send(receiver, std::forward<Ts>(xs)...);
#else
  caf::anon_mail(std::forward<Ts>(xs)...).send(receiver);
#endif
}

/// A request without a CAF timeout: CAF 0.17 keeps the actor system alive until such a timeout
/// passes, even after the answer. `self` may also be a caf::scoped_actor's pointer.
template <class Self, class Handle, class... Ts>
auto request(Self* self, const Handle& receiver, Ts&&... xs) {
#if CAF_MAJOR_VERSION < 1
  return self->request(receiver, caf::infinite, std::forward<Ts>(xs)...);
#else
  return self->mail(std::forward<Ts>(xs)...).request(receiver, caf::infinite);
#endif
}

/// Lets `receiver` answer the current message. Return the result from the message handler.
template <class Self, class Handle, class... Ts>
auto delegate(Self* self, const Handle& receiver, Ts&&... xs) {
#if CAF_MAJOR_VERSION < 1
  return self->delegate(receiver, std::forward<Ts>(xs)...);
#else
  return self->mail(std::forward<Ts>(xs)...).delegate(receiver);
#endif
}

}  // namespace midas::caf_compat

// -- the types of messages --

#if CAF_MAJOR_VERSION < 1

/// Begins a block of message types. In CAF 1.x, their ids begin at `offset` in the ids of midas.
#define MIDAS_BEGIN_MESSAGES(block, offset) \
  namespace midas::caf_compat::blocks {     \
  struct block;                             \
  }

/// Declares a message type that cannot be serialized, so it never leaves its process.
#define MIDAS_LOCAL_MESSAGE(block, type) CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)

/// Declares an enumeration whose values are the codes of errors.
#define MIDAS_ERROR_CODE(block, type)

#define MIDAS_END_MESSAGES(block)

#else

#define MIDAS_BEGIN_MESSAGES(block, offset) \
  CAF_BEGIN_TYPE_ID_BLOCK(block, MIDAS_CAF_FIRST_TYPE_ID + offset)

#define MIDAS_LOCAL_MESSAGE(block, type) \
  CAF_ADD_TYPE_ID(block, (type))         \
  CAF_ALLOW_UNSAFE_MESSAGE_TYPE(type)

#define MIDAS_ERROR_CODE(block, type) \
  MIDAS_LOCAL_MESSAGE(block, type)    \
  CAF_ERROR_CODE_ENUM(type)

#define MIDAS_END_MESSAGES(block)       \
  CAF_END_TYPE_ID_BLOCK(block)          \
  namespace midas::caf_compat::blocks { \
  using block = ::caf::id_block::block; \
  }

#endif
