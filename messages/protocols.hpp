// The interfaces of midas's actors, with one sentence above each message.
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

namespace midas::internal {

/// Sends the HTTP requests of all actors, within the host's limits.
using http_actor = caf_compat::typed_actor<
    // Sends the request once the limits admit it, and answers with the response of any status.
    http_response(http_request),
    // Gives the request up, in the queue or in flight, and answers it with errc::cancelled.
    void(withdraw_request),
    // Moves a waiting request forward, to an earlier deadline.
    void(hasten_request),
    // Answers with what the request waits for.
    wait_answer(wait_query),
    // Counts an answer that the host gave with status 200 as a failure of the host.
    void(unusable_answer),
    // Takes the exchanges that the transport has finished. (From the transport's thread.)
    void(completions_due),
    // Sends waiting requests that the limits admit now. (From itself.)
    void(admission_due),
    // Quits; every request has been answered. (From itself.)
    void(drain_done)>;

/// Answers requests that the cache actor passes on: an acquisition actor, or the store actor.
using answering_actor = caf_compat::typed_actor<
    // Answers an actor's request.
    access_token(acquisition_request),
    // Answers a caller that is not an actor.
    void(acquisition_request, token_waiter)>;

/// Acquires tokens for one identity, resource and claims.
using acquisition_actor = caf_compat::typed_actor<
    // Answers with the token of the acquisition in progress, or starts one.
    access_token(acquisition_request),
    // Does the same for a caller that is not an actor.
    void(acquisition_request, token_waiter),
    // Sends all further requests to this HTTP actor, which replaces one that ended.
    void(http_actor),
    // Answers the waiters whose deadlines have passed or whose token is published, and forgets
    // those that were canceled. (From the cache actor.)
    void(deadline_due),
    // Refreshes the published token in the background. (From the cache actor.)
    void(refresh_due),
    // Starts the next attempt, or gives up the one in flight. (From itself.)
    void(phase_timer_due),
    // Reports that the acquisition is still in progress, if that is due. (From itself.)
    void(wait_report_due),
    // Replies with idle_report if it is idle. (From the cache actor.)
    void(idle_query),
    // Quits; every request has been answered. (From itself.)
    void(drain_done)>;

/// Receives the requests of all callers, and starts all acquisitions and refreshes.
using cache_actor = caf_compat::typed_actor<
    // Answers within the service's default timeout.
    access_token(token_request),
    // Answers within the caller's own timeout.
    access_token(token_request, std::chrono::nanoseconds),
    // Answers a caller that is not an actor, whose deadline counts from its call.
    void(acquisition_request, token_waiter),
    // Answers an actor's request that has waited for the token store. (From the store actor.)
    access_token(acquisition_request),
    // Refreshes the loaded tokens at their times, and answers with them. (From the store actor.)
    void(load_ended),
    // Ends an idle acquisition actor. (From that actor.)
    void(idle_report),
    // Sets the timer for the earliest deadline of an acquisition. (From the acquisition actor.)
    void(deadline_set),
    // Refreshes a token whose timer is late. (From a thread that read the token.)
    void(refresh_overdue),
    // Schedules the next refresh of a published token. (From an acquisition actor.)
    void(refresh_planned),
    // Makes the acquisition forget a caller that was canceled. (From the front.)
    void(caller_canceled),
    // Lets the acquisition of a key answer with a published token. (From an acquisition actor.)
    void(token_published),
    // Handles the deadlines, refreshes and idle keys that are due. (From itself.)
    void(timer_due),
    // Replaces an HTTP actor that ended unexpectedly. (From itself.)
    void(restart_due),
    // Quits; every request has been answered. (From itself.)
    void(drain_done)>;

/// Holds requests while the token store is loaded.
using store_actor = caf_compat::typed_actor<
    // Passes the request to the cache actor once the store is loaded, or the wait takes too long.
    access_token(acquisition_request),
    // Does the same for a caller that is not an actor.
    void(acquisition_request, token_waiter),
    // Passes all requests on, and tells the cache actor. (From the thread of the store.)
    void(load_ended),
    // Passes on the requests that have waited long enough. (From itself.)
    void(load_wait_over),
    // Quits; every request has been answered. (From itself.)
    void(drain_done)>;

/// Starts the cache actor again after a pause.
using restart_timer = caf_compat::typed_actor<
    // Starts the actor, and quits. (From itself.)
    void(restart_due)>;

/// False if the application has not called init_global_meta_objects(), and must.
bool are_messages_registered();

/// The HTTP actor's answer to a request that it does not send.
caf::error to_caf_error(const not_admitted& refused);

/// The not_admitted in such an answer; empty for any other error.
std::optional<not_admitted> to_not_admitted(const caf::error& failure);

/// The error that the callers of a request that was not admitted receive: the reason; with the wait
/// as retry_after, unless the reason has one.
error error_of(const not_admitted& refused);

/// The error that the waiters of an actor that ends for `reason` receive: errc::shutting_down in an
/// orderly shutdown, otherwise errc::actor_terminated.
error end_error(const caf::error& reason);

}  // namespace midas::internal

// A token must not leave the machine that acquired it: none of these types can be serialized.
MIDAS_BEGIN_MESSAGES(midas_internal, 20)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::acquisition_request)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::idle_report)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::admission_due)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::timer_due)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::completions_due)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::deadline_due)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::deadline_set)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::drain_done)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::hasten_request)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::http_request)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::http_response)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::load_ended)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::load_wait_over)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::not_admitted)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::refresh_due)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::refresh_overdue)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::refresh_planned)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::phase_timer_due)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::restart_due)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::caller_canceled)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::token_published)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::idle_query)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::token_waiter)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::unusable_answer)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::wait_answer)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::wait_query)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::wait_report_due)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::withdraw_request)
MIDAS_LOCAL_MESSAGE(midas_internal, midas::internal::http_actor)
MIDAS_END_MESSAGES(midas_internal)
