// Every actor interface of midas, and every message, with one sentence above each.
#pragma once

#include "messages/actor_messages.hpp"
#include "messages/caf_compat.hpp"
#include "messages/http_message.hpp"
#include "messages/token_waiter.hpp"
#include <midas/access_token.hpp>
#include <midas/actors.hpp>
#include <midas/error.hpp>
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>

#include <chrono>
#include <optional>

// None of these ever leaves its process: a token belongs to the machine that got it.
MIDAS_LOCAL_MESSAGE(midas::internal::acquisition_request)
MIDAS_LOCAL_MESSAGE(midas::internal::idle_report)
MIDAS_LOCAL_MESSAGE(midas::internal::admission_due)
MIDAS_LOCAL_MESSAGE(midas::internal::timer_due)
MIDAS_LOCAL_MESSAGE(midas::internal::completions_due)
MIDAS_LOCAL_MESSAGE(midas::internal::deadline_due)
MIDAS_LOCAL_MESSAGE(midas::internal::deadline_set)
MIDAS_LOCAL_MESSAGE(midas::internal::drain_done)
MIDAS_LOCAL_MESSAGE(midas::internal::http_request)
MIDAS_LOCAL_MESSAGE(midas::internal::http_response)
MIDAS_LOCAL_MESSAGE(midas::internal::not_admitted)
MIDAS_LOCAL_MESSAGE(midas::internal::refresh_due)
MIDAS_LOCAL_MESSAGE(midas::internal::refresh_overdue)
MIDAS_LOCAL_MESSAGE(midas::internal::refresh_planned)
MIDAS_LOCAL_MESSAGE(midas::internal::retry_due)
MIDAS_LOCAL_MESSAGE(midas::internal::idle_query)
MIDAS_LOCAL_MESSAGE(midas::internal::token_waiter)

namespace midas::internal {

/// Speaks HTTP for the whole service: queues requests by deadline, keeps to what the host allows.
using http_actor = caf_compat::typed_actor<
    // Sends the request when its turn comes, and answers with the response, whatever its status.
    http_response(http_request),
    // The transport has finished exchanges, which wait to be taken. (From the transport's thread.)
    void(completions_due),
    // Time to look whether the host allows another request. (From itself.)
    void(admission_due),
    // It has been asked to end, and what was in its mailbox then is answered. (From itself.)
    void(drain_done)>;

/// Acquires tokens for one identity, resource and claims; all who ask meanwhile wait together.
using acquisition_actor = caf_compat::typed_actor<
    // Answers with the token of the acquisition under way, or of one begun now.
    access_token(acquisition_request),
    // The same for a caller that is no actor.
    void(acquisition_request, token_waiter),
    // From now on, requests go to this http actor, since the one before it ended.
    void(http_actor),
    // The deadline of some waiter has come. (From the cache, which knows the first of them.)
    void(deadline_due),
    // The token at hand is to be renewed, though nobody waits. (From the cache.)
    void(refresh_due),
    // It is time for another attempt. (From itself.)
    void(retry_due),
    // If nobody waits for it, the cache is told. (From the cache, when it was long unused.)
    void(idle_query),
    // It has been asked to end, and what was in its mailbox then is answered. (From itself.)
    void(drain_done)>;

/// Where every caller asks, and the only one that starts acquisitions.
using cache_actor = caf_compat::typed_actor<
    // A token for the request, by the service's default timeout.
    access_token(token_request),
    // A token for the request, by a timeout of the caller's own.
    access_token(token_request, std::chrono::nanoseconds),
    // The same for a caller that is no actor.
    void(token_request, std::chrono::nanoseconds, token_waiter),
    // Nobody waits for that acquisition, which was asked whether anybody does.
    void(idle_report),
    // That is the first deadline of those who still wait for an acquisition.
    void(deadline_set),
    // A token was handed out whose renewal is overdue. (From the front door.)
    void(refresh_overdue),
    // Schedules the next refresh of a published token. (From an acquisition.)
    void(refresh_planned),
    // The earliest deadline of all acquisitions, or the next renewal, has come, or it is time to
    // drop what nobody has asked for. (From itself.)
    void(timer_due),
    // It has been asked to end, and what was in its mailbox then is answered. (From itself.)
    void(drain_done)>;

/// The HTTP actor's answer to a request that it does not send.
caf::error to_caf_error(const not_admitted& refused);

/// The not_admitted in such an answer; none in any other.
std::optional<not_admitted> to_not_admitted(const caf::error& failure);

/// What the callers of a request that was not admitted are told: errc::deadline_exceeded, with the
/// wait as retry_after.
error error_of(const not_admitted& refused);

/// What an actor that ends for that reason tells those who wait for it: errc::shutting_down after
/// an orderly shutdown, else errc::actor_terminated.
error end_error(const caf::error& reason);

}  // namespace midas::internal
