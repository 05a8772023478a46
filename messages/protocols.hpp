// Every actor interface of midas, and every message, with one sentence above each.
#pragma once

#include "messages/actor_messages.hpp"
#include "messages/caf_compat.hpp"
#include "messages/http_message.hpp"
#include "messages/token_waiter.hpp"
#include <midas/access_token.hpp>
#include <midas/error.hpp>
#include <midas/token_event.hpp>
#include <midas/token_request.hpp>

#include <chrono>

// None of these ever leaves its process: a token belongs to the machine that got it.
MIDAS_LOCAL_MESSAGE(midas::access_token)
MIDAS_LOCAL_MESSAGE(midas::acquisition_request)
MIDAS_LOCAL_MESSAGE(midas::idle_report)
MIDAS_LOCAL_MESSAGE(midas::admission_due)
MIDAS_LOCAL_MESSAGE(midas::timer_due)
MIDAS_LOCAL_MESSAGE(midas::completions_due)
MIDAS_LOCAL_MESSAGE(midas::deadline_due)
MIDAS_LOCAL_MESSAGE(midas::deadline_set)
MIDAS_LOCAL_MESSAGE(midas::drain_done)
MIDAS_LOCAL_MESSAGE(midas::error)
MIDAS_LOCAL_MESSAGE(midas::http_request)
MIDAS_LOCAL_MESSAGE(midas::http_response)
MIDAS_LOCAL_MESSAGE(midas::refresh_due)
MIDAS_LOCAL_MESSAGE(midas::refresh_overdue)
MIDAS_LOCAL_MESSAGE(midas::refreshes_changed)
MIDAS_LOCAL_MESSAGE(midas::retry_due)
MIDAS_LOCAL_MESSAGE(midas::idle_query)
MIDAS_LOCAL_MESSAGE(midas::token_event)
MIDAS_LOCAL_MESSAGE(midas::token_request)
MIDAS_LOCAL_MESSAGE(midas::token_waiter)

namespace midas {

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
    // The next renewal of all is an earlier one than it was. (From an acquisition.)
    void(refreshes_changed),
    // The earliest deadline of all acquisitions, or the next renewal, has come, or it is time to
    // drop what nobody has asked for. (From itself.)
    void(timer_due),
    // It has been asked to end, and what was in its mailbox then is answered. (From itself.)
    void(drain_done)>;

/// An actor that wants to be told what the service does: see observe().
using observer_actor = caf_compat::typed_actor<void(token_event)>;

/// A midas error as CAF carries it: its code in midas's category, the details as context.
caf::error to_caf_error(const error&);

/// What an actor that ends for that reason tells those who wait for it: errc::shutting_down after
/// an orderly shutdown, else errc::actor_terminated.
error end_error(const caf::error& reason);

/// The details of an error that a midas actor answered with. An error of CAF's own becomes the
/// nearest of ours: a request timeout errc::deadline_exceeded, any other, such as that the receiver
/// has ended, errc::actor_terminated.
error to_error(const caf::error&);

}  // namespace midas
